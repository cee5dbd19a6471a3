import { FileError } from "../../errors.ts";
import { onlyFile } from "../result.ts";
import type { JsonObject, Step, StepContext, StepFile } from "../task.ts";
import { checkName, type DocumentKind, kindOf } from "./kind.ts";
import type { DocumentOptions } from "./options.ts";
import { withOwnPush } from "./pdf/engine/ownPush.ts";
import { plainFields } from "./plain.ts";
import type { ReadContext } from "./reading/context.ts";
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
  if (kind === "pdf") return await (await pdfSteps()).readPdf(input, context);
  return resultOf(
    task,
    file,
    await READERS[kind](
      file,
      options,
      readContext({ input, context, depth: 1, count: { files: 0, characters: 0 } }),
    ),
  );
};

const pdfSteps = () => withOwnPush(() => import("./pdf/steps.ts"));

type Input = Parameters<Step<DocumentOptions>>[0];

/** Most files inside of a file that are read, and files inside of files inside of files. */
const MOST_INSIDE = 1_000;
const DEEPEST = 3;
/** Most characters of JSON of all their results. */
const MOST_RESULTS = 40_000_000;

interface Reading {
  readonly input: Input;
  readonly context: StepContext;
  /** 1 for the file itself. */
  readonly depth: number;
  readonly count: { files: number; characters: number };
}

function readContext(reading: Reading): ReadContext {
  const { context, depth, count } = reading;
  return {
    progress: () => context.progress(),
    inside: async (file) => {
      count.files += 1;
      if (depth > DEEPEST) return { ok: false, error: `Files are read up to ${DEEPEST} deep in each other.` };
      if (count.files > MOST_INSIDE) return { ok: false, error: `Of files inside, ${MOST_INSIDE} are read.` };
      context.progress();
      try {
        const result = await insideOf(file, { ...reading, depth: depth + 1 });
        const text = String(result.text_content);
        count.characters += JSON.stringify(result).length;
        return { ok: true, text, result: count.characters > MOST_RESULTS ? null : result };
      } catch (error) {
        if (error instanceof FileError) return { ok: false, error: error.message };
        throw error;
      }
    },
  };
}

/** The fields of a file inside. @throws FileError */
async function insideOf(file: StepFile, reading: Reading): Promise<JsonObject> {
  const { input, context } = reading;
  const options = { ...input.options, format: "text", any_name: true } as const;
  const kind = kindOf(await file.slice(0, HEAD), file.filename);
  if (kind !== "pdf") return await READERS[kind](file, options, readContext(reading));
  const { readPdf } = await pdfSteps();
  const { body, info } = await readPdf({ ...input, options, files: [file] }, context);
  if (!(body instanceof Uint8Array) || info?.plan !== undefined)
    throw new FileError("unsupported_format", LARGE_PDF);
  const fields = JSON.parse(Buffer.from(body).toString("utf8")) as JsonObject;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !HEAD_FIELDS.has(name)));
}

/** What the result of a file says of the file itself, which its entry in the list says already. */
const HEAD_FIELDS: ReadonlySet<string> = new Set(["schema_version", "task", "filename", "input_sha256"]);

const LARGE_PDF = "A PDF of many pages, or one that is to be read by OCR, is not read inside of a file.";

type Reader = (file: StepFile, options: DocumentOptions, context: ReadContext) => Promise<JsonObject>;

const READERS: Readonly<Record<Exclude<DocumentKind, "pdf">, Reader>> = {
  text: plainFields,
  separated: async (file, options) => (await import("./separated/read.ts")).separatedFields(file, options),
  rtf: async (...of) => (await import("./rtf/read.ts")).rtfFields(...of),
  html: async (file, options) => (await import("./html/read.ts")).htmlFields(file, options),
  mail: async (...of) => (await import("./mail/read.ts")).mailFields(...of),
  tar: async (...of) => (await import("./archive/tar.ts")).tarFields(...of),
  zip: async (...of) => (await import("./package/read.ts")).packageFields(...of),
  ole: async (...of) => (await import("./package/ole.ts")).oleFields(...of),
};

const pages: Step<DocumentOptions> = async (input, context) => (await pdfSteps()).pages(input, context);
const finish: Step<DocumentOptions> = async (input, context) => (await pdfSteps()).finish(input, context);
const count: Step<DocumentOptions> = async (input, context) => (await pdfSteps()).count(input, context);
const picture: Step<DocumentOptions> = async (input, context) =>
  (await withOwnPush(() => import("./pdf/picture.ts"))).picture(input, context);

export const steps = { main, pages, picture, finish, count };
