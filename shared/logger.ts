import { destination, type Logger, pino } from "pino";

export type { Logger } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes JSON lines to standard error, without tokens and other secrets. */
export function createLogger(name: string, level: LogLevel): Logger {
  return pino(
    { name, level, redact: ["headers.authorization", "token"] },
    destination({ dest: 2, sync: true }),
  );
}
