import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { FUNCTION_TASK, functionResult } from "./results.ts";
import { run } from "./run.ts";

/** Calls a function of the client with each item of a list. Slaves offer it only when their owner allows it. */
const SANDBOX = { variable: "ALLOW_FUNCTIONS", values: ["sandbox", "trusted"] } as const;
const TRUSTED = { variable: "ALLOW_FUNCTIONS", values: ["trusted"] } as const;

export const functionTask = defineTask({
  name: FUNCTION_TASK.task,
  title: "Functions",
  summary:
    "Takes lists of items (JSON, NDJSON, CSV) and a function of yours; gives its result for each item.",
  field: "items",
  extensions: [".json", ".ndjson", ".jsonl", ".csv"],
  columns: ["counts.items", "counts.succeeded", "counts.failed"],
  options,
  results: { function: functionResult },
  schemaVersion: FUNCTION_TASK.version,
  steps: {
    cut: { version: 1, allowedBy: SANDBOX },
    sandbox: { version: 1, allowedBy: SANDBOX, together: 4 },
    trusted: { version: 1, allowedBy: TRUSTED, together: 4 },
    join: { version: 1, allowedBy: SANDBOX },
  },
  run,
  neededStep: ({ mode }) => mode,
  sampleOptions: { source: "({ product, price, count }) => ({ product, total: price * count })" },
  load: () => import("./process.ts"),
});
