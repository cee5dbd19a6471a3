import { join, sep } from "node:path";
import * as pdfjs from "pdfjs-dist/legacy/build/pdf.mjs";
import { FileError } from "../../../errors.ts";
import type { StepFile } from "../../task.ts";
import { withDescriptors } from "./descriptors.ts";
import { installBareFonts } from "./engine/bareFonts.ts";
import { installFields } from "./engine/fields.ts";
import { installFontRepair } from "./engine/fonts.ts";
import { engineHome as home, loadInternals } from "./engine/internals.ts";
import { putBack } from "./engine/ownPush.ts";
import { installReader } from "./engine/reader.ts";

export type PdfDocument = pdfjs.PDFDocumentProxy;
export type PdfJsPage = pdfjs.PDFPageProxy;

/** Engine settings for text and pictures: resources from the package's own files, no log, no code generated from fonts. */
const SETTINGS = {
  cMapUrl: join(home, "cmaps") + sep,
  cMapPacked: true,
  standardFontDataUrl: join(home, "standard_fonts") + sep,
  wasmUrl: join(home, "wasm") + sep,
  iccUrl: join(home, "iccs") + sep,
  isEvalSupported: false,
  enableXfa: false,
  disableAutoFetch: true,
  disableStream: true,
  useSystemFonts: false,
  // Pictures with more pixels are omitted from the pages that are drawn for OCR.
  maxImageSize: 60_000_000,
  verbosity: pdfjs.VerbosityLevel.ERRORS,
};

/** The engine gets files up to this size whole; it reads larger ones in ranges from disk. */
const WHOLE = 32 * 2 ** 20;
/** Bytes of one range: large enough for few reads, small enough that images of scans stay on disk. */
const RANGE = 1 << 16;

/** Serves the ranges that the engine requests, so that a large file is never whole in memory. */
class FileRanges extends pdfjs.PDFDataRangeTransport {
  readonly #file: StepFile;

  constructor(file: StepFile) {
    super(file.bytes, null);
    this.#file = file;
  }

  override requestDataRange(begin: number, end: number): void {
    this.#file.slice(begin, end - begin).then(
      (bytes) => this.onDataRange(begin, new Uint8Array(bytes)),
      () => this.abort(),
    );
  }
}

let isReady = false;

/** The engine runs in this process, with a reader of text that knows the place of each glyph. */
function prepareEngine(): void {
  if (isReady) return;
  const internals = loadInternals();
  putBack();
  installReader(internals);
  installFontRepair(internals);
  installBareFonts(internals);
  installFields(internals);
  Object.assign(globalThis, { pdfjsWorker: { WorkerMessageHandler: internals.WorkerMessageHandler } });
  isReady = true;
}

/** Source of a file for the engine, which detaches the bytes that it gets: they are a copy. */
async function sourceOf(file: StepFile, password: string | undefined) {
  prepareEngine();
  const bytes =
    file.bytes <= WHOLE
      ? { data: new Uint8Array(withDescriptors(await file.read())) }
      : { range: new FileRanges(file), rangeChunkSize: RANGE };
  return { ...SETTINGS, ...bytes, ...(password === undefined ? {} : { password }) };
}

/** @throws FileError `password_required`, `wrong_password`, `unsupported_format`, `corrupt_file`. Call `destroy` on what it returns. */
export async function openPdf(file: StepFile, password: string | undefined): Promise<pdfjs.PDFDocumentProxy> {
  return (await tryToOpen(file, password)).pdf;
}

/** Source of the file for another reader, with the password in the encoding that opens it. */
export async function openableSource(file: StepFile, password: string | undefined) {
  if (password === undefined) return await sourceOf(file, undefined);
  const { pdf, spelling } = await tryToOpen(file, password);
  await pdf.destroy();
  return await sourceOf(file, spelling);
}

async function tryToOpen(file: StepFile, password: string | undefined) {
  let failure: unknown;
  for (const spelling of spellings(password)) {
    try {
      return { pdf: await pdfjs.getDocument(await sourceOf(file, spelling)).promise, spelling };
    } catch (error) {
      failure = error;
      if (!isPasswordError(error)) break;
    }
  }
  throw pdfError(failure, password);
}

/** Encodings of a password to try: some writers apply SASLprep (RFC 4013), some use UTF-8 instead of Latin-1. */
function spellings(password: string | undefined): readonly (string | undefined)[] {
  if (password === undefined) return [undefined];
  const prepared = password.replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, "").normalize("NFKC");
  const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");
  return [...new Set([password, prepared, utf8(password), utf8(prepared)])];
}

function isPasswordError(error: unknown): boolean {
  return error instanceof Error && error.name === "PasswordException";
}

/** The engine's words for a security handler that has no password, or for an algorithm that it does not know. */
const OTHER_ENCRYPTION = /\b(unknown encryption method|unsupported encryption algorithm)\b/i;

/** Maps an error of the engine to a FileError. */
function pdfError(error: unknown, password: string | undefined): Error {
  if (!(error instanceof Error)) return new FileError("corrupt_file", "The PDF is damaged.");
  if (error instanceof FileError) return error;
  if (isPasswordError(error)) {
    return password === undefined
      ? new FileError(
          "password_required",
          "The PDF is encrypted. Give its password in the option `password`.",
        )
      : new FileError("wrong_password", "The PDF does not open with the given password.");
  }
  if (OTHER_ENCRYPTION.test(error.message)) {
    return new FileError(
      "unsupported_format",
      "The PDF is encrypted for the holders of certificates, or in another way than by a password. Save a copy without this protection and send that.",
      { cause: error },
    );
  }
  return new FileError("corrupt_file", "The PDF is damaged or truncated and cannot be opened.", {
    cause: error,
  });
}
