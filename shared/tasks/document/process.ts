import type { StepWarning } from "../../warnings.ts";
import { jsonResult, oneLine, onlyFile } from "../result.ts";
import type { JsonObject, Step, StepFile, StepOutput, TaskHead } from "../task.ts";
import { checkName, kindOf } from "./kind.ts";
import type { DocumentOptions } from "./options.ts";
import { plainFields } from "./plain.ts";
import { textSummary } from "./words.ts";

/** Bytes at the start of a file that show its kind. */
const HEAD = 4_096;

/** Reads a whole document. The library of a kind is loaded for the first file of that kind. */
const main: Step<DocumentOptions> = async (input, context) => {
  const { task, options } = input;
  const file = onlyFile(input.files);
  const head = await file.slice(0, HEAD);
  const kind = kindOf(head);
  if (!options.any_name) checkName(file.filename, kind, head);
  if (kind === "pdf") return await (await import("./pdf/steps.ts")).readPdf(input, context);
  if (kind === "text") return resultOf(task, file, await plainFields(file, options));
  const { docxFields } = await import("./docx/read.ts");
  if (kind === "zip") return resultOf(task, file, await docxFields(file, options));
  const { decrypted } = await import("./docx/ole.ts");
  return resultOf(task, file, await docxFields(await decrypted(file, options.password), options));
};

const pages: Step<DocumentOptions> = async (input, context) =>
  (await import("./pdf/steps.ts")).pages(input, context);
const finish: Step<DocumentOptions> = async (input, context) =>
  (await import("./pdf/steps.ts")).finish(input, context);
const count: Step<DocumentOptions> = async (input, context) =>
  (await import("./pdf/steps.ts")).count(input, context);
const picture: Step<DocumentOptions> = async (input, context) =>
  (await import("./pdf/picture.ts")).picture(input, context);

export const steps = { main, pages, picture, finish, count };

const CONTENT_LEFT_OUT: StepWarning = {
  code: "content_left_out",
  message:
    "Embedded objects, controls or chunks of other formats have no text in the result: `left_out` names them. Save the document as PDF to read what they show.",
};

function resultOf(task: TaskHead, file: StepFile, fields: JsonObject): StepOutput {
  const { document_type, word_count, text_content } = fields;
  const summary = oneLine(`${document_type}, ${textSummary(Number(word_count), text_content)}`);
  const { left_out } = fields;
  const warnings = Array.isArray(left_out) && left_out.length > 0 ? [CONTENT_LEFT_OUT] : [];
  return jsonResult({ task, file, summary, warnings }, fields);
}
