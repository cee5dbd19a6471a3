import type { Worker as Thread } from "node:worker_threads";
import { type Bbox, createWorker, type Line, OEM, type Page, type PSM, type Worker } from "tesseract.js";
import type { Gray } from "../../media/picture/luma.ts";
import { languageFolder } from "./languages.ts";

export type { Bbox, Line, Page };

/** Tesseract's `thresholding_method`, which separates ink from paper. */
export const THRESHOLDING = { otsu: "0", adaptive: "1", sauvola: "2" } as const;
export type Thresholding = keyof typeof THRESHOLDING;

export interface ReaderSettings {
  readonly languages: string;
  readonly pageMode: number;
  readonly thresholding: Thresholding;
  /** A folder for temporary files; the caller may remove it afterwards. */
  readonly folder: string;
  /** Called during recognition with the progress, 0..1. */
  readonly progress: (done: number) => void;
}

interface Reader {
  readonly languages: string;
  readonly worker: Worker;
  /** Rejects when the worker's thread ends; never resolves. */
  readonly died: Promise<never>;
}

// Starting a worker takes about a second and 180 MB, so one is kept between units. Earlier pages
// do not change what a worker reads: the LSTM engine does not learn.
let warm: Reader | undefined;
let report: ReaderSettings["progress"] = () => undefined;

/** Starts tesseract with the given languages unless it runs with them. */
export async function startReader(languages: string, folder: string): Promise<void> {
  await readerFor(languages, folder);
}

/** Recognises a gray page of 8 bits without alpha. A failed worker is discarded. */
export async function read(
  gray: Gray,
  { languages, pageMode, thresholding, folder, progress }: ReaderSettings,
): Promise<Page> {
  const reader = await readerFor(languages, folder);
  report = progress;
  try {
    return await Promise.race([recognize(reader, gray, { pageMode, thresholding }), reader.died]);
  } catch (error) {
    warm = undefined;
    await reader.worker.terminate();
    throw asError(error);
  } finally {
    report = () => undefined;
  }
}

/** Smallest side for the local methods, which use the surroundings of a pixel; without them tesseract does not answer. */
const LEAST_SIDE = 16;

type Mode = Pick<ReaderSettings, "pageMode" | "thresholding">;

/** Languages without spaces between words; the models would put a space between any two characters. */
const WITHOUT_SPACES = /^(?:chi|jpn|tha|lao|khm|mya)/;

async function recognize(reader: Reader, gray: Gray, { pageMode, thresholding }: Mode): Promise<Page> {
  const { worker, languages } = reader;
  await worker.setParameters({
    tessedit_pageseg_mode: String(pageMode) as PSM,
    thresholding_method: THRESHOLDING[Math.min(gray.width, gray.height) < LEAST_SIDE ? "otsu" : thresholding],
    preserve_interword_spaces: WITHOUT_SPACES.test(languages) ? "1" : "0",
    // Tesseract's remarks about single pages are not logged.
    debug_file: "/dev/null",
  });
  const { data } = await worker.recognize(pgmOf(gray), {}, { text: true, blocks: true });
  return data;
}

async function readerFor(languages: string, folder: string): Promise<Reader> {
  if (warm?.languages === languages) return warm;
  await warm?.worker.terminate();
  warm = undefined;
  const langPath = await languageFolder(languages, folder);
  const worker = await createWorker(languages.split("+"), OEM.LSTM_ONLY, {
    langPath,
    gzip: true,
    cacheMethod: "none",
    logger: ({ progress }) => report(progress),
    // Without a handler tesseract.js throws an uncaught error; the rejected call has the same message.
    errorHandler: () => undefined,
  }).catch((error: unknown) => {
    throw asError(error);
  });
  warm = { languages, worker, died: deathOf(worker) };
  return warm;
}

function deathOf(worker: Worker): Promise<never> {
  const thread = (worker as Worker & { readonly worker: Thread }).worker;
  const died = new Promise<never>((_, reject) => {
    thread.once("error", reject);
    thread.once("exit", (code) => reject(new Error(`the tesseract thread ended with code ${code}`)));
  });
  // A planned end also rejects, at a time when no call waits for this promise.
  died.catch(() => undefined);
  return died;
}

/** Encodes a portable graymap, which tesseract reads without decoding and without a misleading resolution. */
function pgmOf({ width, height, data }: Gray): Buffer {
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), bytesOf(data)]);
}

/** tesseract.js rejects with plain text. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(`tesseract: ${String(error)}`);
}

function bytesOf(data: Gray["data"]): Uint8Array {
  if (data instanceof Uint8Array) return data;
  throw new Error("a page of 16 bits cannot be recognised");
}
