import { z } from "zod";
import { count, resultSchema } from "../fields.ts";

export const FUNCTION_TASK = { task: "function", version: 1 } as const;

const itemError = z.object({
  code: z.string().describe("for programs; docs/errors.md lists them"),
  name: z.string().describe("of the error's class"),
  message: z.string(),
  stack: z.string().describe("Lines of the function itself; its source begins at line 1 of function.js."),
});

export const itemResult = z.union([
  z.object({ index: count, value: z.unknown().describe("Typed JSON (docs/functions.md).") }),
  z.object({ index: count, error: itemError }),
]);

export const functionResult = resultSchema(FUNCTION_TASK, {
  results: z.array(itemResult).describe("One for each item, in the order of the items."),
  console: z
    .array(z.object({ index: count, level: z.string(), text: z.string() }))
    .describe("Console output of the function, the first 1,000 lines."),
  console_dropped: count.describe("Lines of console output that were left out."),
  counts: z.object({ items: count, succeeded: count, failed: count }),
});

export type ItemError = z.infer<typeof itemError>;
