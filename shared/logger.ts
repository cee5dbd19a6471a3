import { styleText } from "node:util";
import { destination, type Logger, pino, stdTimeFunctions } from "pino";
import { type LineStyle, logLine } from "./logLine.ts";

export type { Logger } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `auto`: `pretty` on a terminal, `json` elsewhere. */
export const LOG_FORMATS = ["auto", "pretty", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/**
 * Writes to standard error, without tokens and other secrets. In `json` a line is an object with `level` (its name),
 * `time` (ISO 8601, UTC), `name`, `msg` and further members; in `pretty` it is text for people.
 */
export function createLogger(name: string, level: LogLevel, format: LogFormat = "json"): Logger {
  const out = destination({ dest: 2, sync: true });
  const options = {
    name,
    level,
    redact: ["headers.authorization", "token"],
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  if (!isForPeople(format)) return pino(options, out);
  const style = lineStyle(level);
  return pino(options, { write: (line: string) => void out.write(`${logLine(line.trimEnd(), style)}\n`) });
}

/** Writes lines of another process's JSON log to standard error in this process's format. */
export function logWriter(level: LogLevel, format: LogFormat): (line: string) => void {
  const style = lineStyle(level);
  const shown = isForPeople(format) ? (line: string) => logLine(line, style) : (line: string) => line;
  return (line) => void process.stderr.write(`${shown(line)}\n`);
}

function isForPeople(format: LogFormat): boolean {
  return format === "pretty" || (format === "auto" && process.stderr.isTTY === true);
}

/** Stacks are for those who search for a fault: they follow their line from the level `debug` on. */
function lineStyle(level: LogLevel): LineStyle {
  // `hasColors` knows NO_COLOR, FORCE_COLOR and dumb terminals.
  const colours = process.stderr.isTTY === true && process.stderr.hasColors();
  return {
    paint: (style, text) => (colours ? styleText(style, text) : text),
    stacks: level === "debug" || level === "trace" ? "shown" : "hidden",
  };
}
