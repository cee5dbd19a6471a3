import { z } from "zod";
import type { Immutable } from "./contract/immutable.ts";

/** Every code of a warning, in the order of docs/errors.md, which says what each means. */
export const WARNING_CODES = [
  "uncertain_encoding",
  "no_text_layer",
  "content_left_out",
  "rows_left_out",
  "pages_not_read",
  "text_kept",
  "language_unsure",
  "not_combined",
  "not_decoded",
  "empty_vector",
  "classic_options",
  "rows_skipped",
  "decimal_commas",
] as const;
export type WarningCode = (typeof WARNING_CODES)[number];

const MAY_GET_BETTER: ReadonlySet<string> = new Set<WarningCode>([
  "pages_not_read",
  "not_decoded",
  // Another slave may have the language.
  "language_unsure",
]);

/** Whether the same file may have a better result another time, or at another slave: this one serves no other file. */
export function mayGetBetter(warnings: readonly FileWarning[] = []): boolean {
  return warnings.some(({ code }) => MAY_GET_BETTER.has(code));
}

/** What the reader of a result should know. The file is done all the same. */
export const fileWarning = z.object({
  code: z.string().max(100).describe("for programs; docs/errors.md lists them"),
  message: z
    .string()
    .max(400)
    .describe("for people: what it means and what to do; the same for all files with it"),
});
/** The code may be of another version: it came from another process. */
export type FileWarning = Immutable<z.infer<typeof fileWarning>>;

export const jobWarning = fileWarning.extend({
  count: z.number().int().min(1).exactOptional().describe("number of files that it concerns"),
  files: z.array(z.number().int().min(0)).exactOptional().describe("indexes of these files, the first 100"),
});
export type JobWarning = Immutable<z.infer<typeof jobWarning>>;

/** A warning of this version: its code is documented. */
export type StepWarning = FileWarning & { readonly code: WarningCode };
/** A warning that the `run` of a task raises about its job. */
export type RunWarning = JobWarning & { readonly code: WarningCode };

/** Most warnings of one file. */
export const MOST_WARNINGS = 10;
