import { printable } from "./printable.ts";

export interface LineStyle {
  readonly paint: (style: "dim" | "red" | "yellow", text: string) => string;
  /** Whether the stack of an error follows its line. */
  readonly stacks: "shown" | "hidden";
}

/** Members that every record has, those that a line shows in a form of their own, and the id of a request, which is long. */
const SHOWN = new Set(["level", "time", "pid", "hostname", "name", "msg", "err", "stack", "request"]);

type LogRecord = Readonly<Record<string, unknown>>;

/** A JSON record of a log as text for people; any other line unchanged. */
export function logLine(line: string, { paint, stacks }: LineStyle): string {
  const record = parsed(line);
  if (record === undefined) return printable(line);
  const level = String(record.level);
  const head = [timeOf(record), String(record.name).padEnd(6), level.padEnd(5)].join(" ");
  const painted = paint(colourOf(level), printable(`${head} ${sentenceOf(record)}`));
  return [painted, ...(stacks === "shown" ? framesOf(record) : [])].join("\n");
}

function parsed(line: string): LogRecord | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}

function colourOf(level: string): "dim" | "red" | "yellow" {
  if (level === "error" || level === "fatal") return "red";
  return level === "warn" ? "yellow" : "dim";
}

/** Local time. */
function timeOf({ time }: LogRecord): string {
  return new Date(String(time)).toTimeString().slice(0, 8);
}

/** The message, the reason of an error, and the members whose values the message does not name. */
function sentenceOf(record: LogRecord): string {
  const message = String(record.msg ?? "");
  const reason = member(record.err, "message");
  const others = Object.entries(record)
    .filter(([name]) => !SHOWN.has(name))
    .filter(([, value]) => typeof value !== "string" || !message.includes(value))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [message, ...(reason === undefined ? [] : [`(${reason})`]), ...others].join(" ");
}

function framesOf({ err, stack = member(err, "stack") }: LogRecord): string[] {
  if (typeof stack !== "string") return [];
  return stack.split("\n").map((frame) => `    ${printable(frame.trim())}`);
}

function member(value: unknown, name: string): string | undefined {
  const found = typeof value === "object" && value !== null ? (value as LogRecord)[name] : undefined;
  return typeof found === "string" ? found : undefined;
}
