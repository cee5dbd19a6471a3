import { jsonResult, oneLine, onlyFile } from "../result.ts";
import type { JsonObject, Step, StepContext, StepFile, TaskProcess } from "../task.ts";
import { checkName, kindOf } from "./kind.ts";
import { type DocumentOptions, SCHEMA_VERSION, TASK } from "./options.ts";
import { plainFields } from "./plain.ts";

/** Bytes at the start of a file that tell its kind. */
const HEAD = 4_096;

const main: Step = async (input, context) => {
  const file = onlyFile(input.files);
  const options = input.options as DocumentOptions;
  const fields = await read(file, options, context);
  return jsonResult({ task: TASK, schemaVersion: SCHEMA_VERSION, file, summary: summaryOf(fields) }, fields);
};

export const steps: TaskProcess["steps"] = { main };

async function read(file: StepFile, options: DocumentOptions, context: StepContext): Promise<JsonObject> {
  const kind = kindOf(await file.slice(0, HEAD));
  if (!options.any_name) checkName(file.filename, kind);
  if (kind === "pdf") return await readPdf(file, options, context);
  if (kind === "zip") return await readDocx(file, options);
  if (kind === "text") return await plainFields(file, options);
  const { decrypted } = await import("./docx/ole.ts");
  return await readDocx(await decrypted(file, options.password), options);
}

async function readPdf(file: StepFile, options: DocumentOptions, context: StepContext): Promise<JsonObject> {
  const { readHead, readPages, withPdf } = await import("./pdf/read.ts");
  const { pdfFields } = await import("./pdf/result.ts");
  return await withPdf(file, options, async (pdf) => {
    const head = await readHead(pdf);
    const pages = await readPages(pdf, { from: 1, to: head.page_count }, { options, context });
    return pdfFields(head, pages, options);
  });
}

async function readDocx(file: StepFile, options: DocumentOptions): Promise<JsonObject> {
  const { docxFields } = await import("./docx/read.ts");
  return await docxFields(file, options);
}

function summaryOf(fields: JsonObject): string {
  return oneLine(`${fields.word_count} words: ${String(fields.text_content).slice(0, 300)}`);
}
