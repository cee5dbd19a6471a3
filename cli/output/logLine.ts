import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

const LEVELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
/** Members that every log line has and that tell nothing new on one machine. */
const DULL = new Set(["level", "time", "pid", "hostname", "name", "msg"]);

/** A JSON log line as text for people; any other line unchanged. */
export function logLine(line: string, terminal: Pick<Terminal, "paint">): string {
  const record = parsed(line);
  if (record === undefined) return printable(line);
  const level = LEVELS[Number(record.level)] ?? "info";
  const extra = Object.entries(record)
    .filter(([name]) => !DULL.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const time = new Date(Number(record.time)).toTimeString().slice(0, 8);
  const text = printable(
    [time, String(record.name).padEnd(6), level.padEnd(5), record.msg, ...extra].join(" "),
  );
  if (level === "error" || level === "fatal") return terminal.paint("red", text);
  return level === "warn" ? terminal.paint("yellow", text) : terminal.paint("dim", text);
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
