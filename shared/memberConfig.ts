import { as } from "./env.ts";
import { LOG_FORMATS, LOG_LEVELS } from "./logger.ts";

/** Further variables that masters and slaves share. */
export const MEMBER_VARIABLES = {
  dataDir: {
    name: "DATA_DIR",
    schema: as.text,
    fallback: ".manyhands",
    meaning:
      "Folder for spool and record of a master, and for the work of slaves; each process has its own below it.",
  },
  logLevel: {
    name: "LOG_LEVEL",
    schema: as.oneOf(LOG_LEVELS),
    fallback: "info",
    meaning:
      "Least serious lines of the log: `fatal`, `error`, `warn`, `info`, `debug`, `trace`; `silent`: none. From `debug` on, stacks follow the lines of errors.",
  },
  logFormat: {
    name: "LOG_FORMAT",
    schema: as.oneOf(LOG_FORMATS),
    fallback: "auto",
    meaning:
      "`pretty`: lines for people. `json`: an object a line. `auto`: pretty on a terminal, json elsewhere.",
  },
  unitRunSeconds: {
    name: "UNIT_RUN_SECONDS",
    schema: as.seconds.optional(),
    fallback: undefined,
    meaning: "Longest time that a slave works on one file (budget `running`).",
    unset: "600, ocr 1800",
  },
  unitSilenceSeconds: {
    name: "UNIT_SILENCE_SECONDS",
    schema: as.seconds.optional(),
    fallback: undefined,
    meaning: "Longest time that the work on one file shows no progress (budget `silence`).",
    unset: "120",
  },
  drainSeconds: {
    name: "DRAIN_SECONDS",
    schema: as.seconds,
    fallback: "30",
    meaning: "Time that a stopping process has for running files. It hands the rest back.",
  },
} as const;
