import type { Worker as Thread } from "node:worker_threads";
import { type Bbox, createWorker, type Line, OEM, type Page, type PSM, type Worker } from "tesseract.js";
import type { Gray } from "../../media/picture/luma.ts";
import { languageFolder } from "./languages.ts";

export type { Bbox, Line, Page };

/** How tesseract tells ink from paper; its `thresholding_method`. */
export const THRESHOLDING = { otsu: "0", adaptive: "1", sauvola: "2" } as const;
export type Thresholding = keyof typeof THRESHOLDING;

export interface ReaderSettings {
  readonly languages: string;
  readonly pageMode: number;
  readonly thresholding: Thresholding;
  /** A folder for passing files; may be removed afterwards. */
  readonly folder: string;
  /** Called while recognition goes on, 0..1. */
  readonly progress: (done: number) => void;
}

interface Reader {
  readonly languages: string;
  readonly worker: Worker;
  /** Rejects when the worker's thread dies; never fulfils. */
  readonly died: Promise<never>;
}

// Starting a worker takes about a second and 180 MB, so one is kept between units. A worker reads the
// same text whatever it read before: the LSTM engine does not learn from pages.
let warm: Reader | undefined;
let report: ReaderSettings["progress"] = () => undefined;

/** Starts tesseract with the given languages, unless it runs with them already. */
export async function startReader(languages: string, folder: string): Promise<void> {
  await readerFor(languages, folder);
}

/** Recognises a gray page of 8 bits without alpha. A worker that failed is thrown away. */
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

/** The other methods look at the surroundings of a pixel; where there are none, tesseract gives no answer. */
const LEAST_SIDE = 16;

type Mode = Pick<ReaderSettings, "pageMode" | "thresholding">;

/** Scripts without spaces between words; the models would put one between any two characters. */
const WITHOUT_SPACES = /^(?:chi|jpn|tha|lao|khm|mya)/;

async function recognize(reader: Reader, gray: Gray, { pageMode, thresholding }: Mode): Promise<Page> {
  const { worker, languages } = reader;
  await worker.setParameters({
    tessedit_pageseg_mode: String(pageMode) as PSM,
    thresholding_method: THRESHOLDING[Math.min(gray.width, gray.height) < LEAST_SIDE ? "otsu" : thresholding],
    preserve_interword_spaces: WITHOUT_SPACES.test(languages) ? "1" : "0",
    // Remarks about each page belong to nobody's log.
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
    // Without a handler tesseract.js throws where nobody can catch; the rejected call tells the same.
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
  // Also the planned end comes here, when nobody waits any more.
  died.catch(() => undefined);
  return died;
}

/** Portable graymap: what tesseract reads without decoding, and without a resolution to mislead it. */
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
