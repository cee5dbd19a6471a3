import { z } from "zod";

/** Most characters of the source of a function. */
const LONGEST_SOURCE = 1_000_000;

export const options = z.strictObject({
  source: z
    .string()
    .max(LONGEST_SOURCE)
    .default("")
    .describe(
      "The function: JavaScript of one expression, such as `x => x ** 2`. It gets an item, then `args`.",
    ),
  args: z
    .array(z.unknown())
    .max(1_000)
    .default([])
    .describe("Arguments of each call after the item; typed JSON (docs/functions.md)."),
  spread: z
    .boolean()
    .default(false)
    .describe("Whether an item that is a list stands for the first arguments of a call."),
  mode: z
    .enum(["sandbox", "trusted"])
    .default("sandbox")
    .describe(
      "sandbox: QuickJS, which reaches nothing of the slave. trusted: V8, some 90 times as fast, for code that you wrote; a slave must allow it.",
    ),
  timeout_seconds: z.number().min(0.01).max(3_600).default(60).describe("Longest time of one call."),
  memory_mb: z.int().min(16).max(4_096).default(128).describe("Most memory of the function."),
  retries: z.int().min(0).max(10).default(0).describe("Further calls for an item whose call throws."),
  concurrency: z
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .default(null)
    .describe("Most units of a file that run at the same time; null: as many as there are slots."),
  format: z
    .enum(["auto", "json", "ndjson", "csv"])
    .default("auto")
    .describe(
      "Form of the files: a JSON list, a value on each line, or CSV, whose rows become objects of texts.",
    ),
});

export type FunctionOptions = z.infer<typeof options>;
