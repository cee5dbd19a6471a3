import type { StepWarning } from "../../../warnings.ts";
import { jsonResult, oneLine } from "../../result.ts";
import type { JsonObject, StepFile, StepOutput, TaskHead } from "../../task.ts";
import { textSummary } from "../words.ts";
import { ROWS } from "./fields.ts";

const CONTENT_LEFT_OUT: StepWarning = {
  code: "content_left_out",
  message:
    "Embedded objects, controls, pictures of text or files of other formats have no text in the result: `left_out` names them. Save the document as PDF to read what they show.",
};

const ROWS_LEFT_OUT: StepWarning = {
  code: "rows_left_out",
  message:
    "`tables` holds fewer rows than the file has: at most 500,000 cells, and `max_characters` of text. `left_out` tells how many rows are missing; `text_content` has them up to `max_characters`.",
};

/** The result of a file, with warnings for what it lacks. */
export function resultOf(task: TaskHead, file: StepFile, fields: JsonObject): StepOutput {
  const { document_type, word_count, text_content } = fields;
  const summary = oneLine(`${document_type}, ${textSummary(Number(word_count), text_content)}`);
  return jsonResult({ task, file, summary, warnings: warningsOf(fields.left_out) }, fields);
}

function warningsOf(leftOut: unknown): StepWarning[] {
  if (!Array.isArray(leftOut)) return [];
  const isRows = (one: unknown) => isKind(one) && one.kind === ROWS;
  return [
    ...(leftOut.every(isRows) ? [] : [CONTENT_LEFT_OUT]),
    ...(leftOut.some(isRows) ? [ROWS_LEFT_OUT] : []),
  ];
}

function isKind(one: unknown): one is { readonly kind: unknown } {
  return typeof one === "object" && one !== null && "kind" in one;
}
