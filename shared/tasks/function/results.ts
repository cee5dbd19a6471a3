import { z } from "zod";
import { count, resultSchema } from "../fields.ts";

export const FUNCTION_TASK = { task: "function", version: 1 } as const;

const itemError = z.object({
  code: z.string().describe("for programs; docs/errors.md lists them"),
  name: z.string().describe("of the error's class"),
  message: z.string().describe("of the error that was thrown"),
  stack: z.string().describe("Lines of the function itself; its source begins at line 1 of function.js."),
});

const index = count.describe("of the item, from 0");

export const itemResult = z.union([
  z.object({ index, value: z.unknown().describe("Typed JSON (docs/functions.md).") }),
  z.object({ index, error: itemError.describe("why the item has no value") }),
]);

export const functionResult = resultSchema(FUNCTION_TASK, {
  results: z.array(itemResult).describe("One for each item, in the order of the items."),
  console: z
    .array(
      z.object({
        index,
        level: z.string().describe("`log`, `info`, `warn`, `error` or `debug`"),
        text: z.string().describe("one call of the console"),
      }),
    )
    .describe("Console output of the function, the first 1,000 lines."),
  console_dropped: count.describe("Lines of console output that were left out."),
  counts: z
    .object({
      items: count.describe("items of the file"),
      succeeded: count.describe("items with a value"),
      failed: count.describe("items with an error"),
    })
    .describe("How the items ended."),
});

export type ItemError = z.infer<typeof itemError>;
