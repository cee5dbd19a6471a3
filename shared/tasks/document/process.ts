import { onlyFile } from "../result.ts";
import type { JsonObject, Step, StepContext, StepFile } from "../task.ts";
import { checkName, type DocumentKind, kindOf, unsupported } from "./kind.ts";
import type { DocumentOptions } from "./options.ts";
import { plainFields } from "./plain.ts";
import { resultOf } from "./reading/output.ts";

/** Bytes at the start of a file that show its kind. */
const HEAD = 4_096;

/** Reads a whole document. The library of a kind is loaded for the first file of that kind. */
const main: Step<DocumentOptions> = async (input, context) => {
  const { task, options } = input;
  const file = onlyFile(input.files);
  const head = await file.slice(0, HEAD);
  const kind = kindOf(head, file.filename);
  if (!options.any_name) checkName(file.filename, kind);
  if (kind === "pdf") return await (await import("./pdf/steps.ts")).readPdf(input, context);
  return resultOf(task, file, await READERS[kind](file, options, context));
};

type Reader = (
  file: StepFile,
  options: DocumentOptions,
  context: Pick<StepContext, "progress">,
) => Promise<JsonObject>;

const READERS: Readonly<Record<Exclude<DocumentKind, "pdf">, Reader>> = {
  text: plainFields,
  separated: async (file, options) => (await import("./separated/read.ts")).separatedFields(file, options),
  rtf: async () => {
    throw unsupported("an RTF document");
  },
  html: async (file, options) => (await import("./html/read.ts")).htmlFields(file, options),
  mail: plainFields,
  zip: async (...of) => (await import("./package/read.ts")).packageFields(...of),
  ole: async (...of) => (await import("./package/ole.ts")).oleFields(...of),
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
