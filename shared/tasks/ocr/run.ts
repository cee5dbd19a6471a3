import { Pending } from "../../async/pending.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { inputAt, sharedFile } from "../maps.ts";
import type {
  FileRef,
  InputFile,
  Part,
  PartDone,
  PartFailed,
  PublishedPart,
  RunContext,
  StepRef,
  UnitSpec,
} from "../task.ts";
import { CombinedFiles } from "./combinedFiles.ts";
import type { OcrOptions } from "./options.ts";

/** Number of PDFs and TIFFs that are read page by page at the same time; others wait. */
const PAGED_AT_ONCE = 8;

type Job = RunContext<OcrOptions>;

/**
 * An image of one page is one unit. The pages of a TIFF are a unit each; those of a PDF are drawn by steps of the task
 * `document` and each is read as an image. One unit makes the result of a file of several pages.
 */
export async function run(job: Job): Promise<void> {
  const atOnce = new Semaphore(PAGED_AT_ONCE);
  const paged = new Pending(Number.POSITIVE_INFINITY);
  const pdfs = new CombinedFiles(job);
  const publish = async ({ index }: InputFile, part: PublishedPart) => {
    if (part.ok) pdfs.add(index, part.file);
    await job.publish(index, part);
  };
  const units = job.inputs.map((file) => ({ files: [file] }));
  for await (const part of job.map("main", "recognize", units)) {
    const input = inputAt(job, part);
    const read = readerOf(part);
    if (read === undefined) await publish(input, part);
    else paged.start(atOnce.use(async () => publish(input, await read(job, input))));
  }
  await paged.all();
  if (job.options.combine) await pdfs.attach();
}

type ReadFile = (job: Job, input: InputFile) => Promise<PublishedPart>;

/** How a file is read that the step `recognize` leaves to further units; undefined if the part is its result. */
function readerOf(part: Part): ReadFile | undefined {
  if (!part.ok || part.info === undefined) return undefined;
  if (part.info.pdf === true) return readPdf;
  const { pages_to_read: pages } = part.info;
  if (typeof pages !== "number") return undefined;
  return async (job, input) => await finished(job, input, await readTiff(job, input, pages));
}

async function readPdf(job: Job, input: InputFile): Promise<PublishedPart> {
  const counted = await onePart(job, `count/${input.index}`, {
    step: drawing(job, "count"),
    unit: { files: [input] },
  });
  if (!counted.ok) return explained(counted);
  const count = job.options.pages === "first" ? 1 : Number(counted.info?.pages);
  const pages = await readPages(job, input, count);
  return await finished(job, input, isPdf(job) ? { ...pages, source: input } : pages);
}

function isPdf({ options }: Job): boolean {
  return options.output === "pdf";
}

/** The result of a file from those of its pages. */
async function finished(job: Job, input: InputFile, pages: ReadFilePages): Promise<PublishedPart> {
  const { read, failed, withText = 0, source } = pages;
  const [first] = failed;
  if (read.length === 0 && withText === 0 && first !== undefined) return first.part;
  const args = {
    filename: input.filename,
    sha256: input.sha256,
    pages: read.map(({ page }) => page),
    failed: failed.map(({ page, part }) => ({ page, error: part.error })),
    ...(source === undefined ? {} : { has_source: true, with_text: withText }),
  };
  const files: FileRef[] = [...read.map(({ part }) => part.file), ...(source === undefined ? [] : [source])];
  const unit = { files, args };
  return await onePart(job, `finish/${input.index}`, { step: "finish", unit });
}

async function readTiff(job: Job, input: InputFile, count: number): Promise<Pages> {
  const numbers = pageNumbers(count);
  const files = [sharedFile(input)];
  const units = numbers.map((page) => ({ files, args: { page, ...(isPdf(job) && { picture: true }) } }));
  return numbersOf(await job.mapInOrder(`page/${input.index}`, "recognize", units), numbers);
}

function pageNumbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

interface Pages {
  readonly read: readonly { readonly page: number; readonly part: PartDone }[];
  readonly failed: readonly { readonly page: number; readonly part: PartFailed }[];
}

/** The pages of a file that were read. */
interface ReadFilePages extends Pages {
  /** Number of pages that have text already and were not read. */
  readonly withText?: number;
  /** The PDF, for a result that holds its pages. */
  readonly source?: InputFile;
}

/** Draws and reads the pages, from 1; for a result as PDF only those without text. A page that cannot be drawn or read does not affect the others. */
async function readPages(job: Job, input: InputFile, count: number): Promise<ReadFilePages> {
  const numbers = pageNumbers(count);
  const files = [sharedFile(input)];
  const args = isPdf(job) ? { unless_text: true } : {};
  const units = numbers.map((page) => ({ files, args: { page, ...args } }));
  const pictures = await job.mapInOrder(`picture/${input.index}`, drawing(job, "picture"), units);
  const drawn = numbersOf(pictures, numbers);
  const blank = drawn.read.filter(({ part }) => part.info?.has_text !== true);
  const scans = blank.map(({ part }) => ({ files: [part.file], args: { page: 1 } }));
  const texts = await job.mapInOrder(`page/${input.index}`, "recognize", scans);
  const { read, failed } = numbersOf(
    texts,
    blank.map(({ page }) => page),
  );
  return { read, failed: [...drawn.failed, ...failed], withText: drawn.read.length - blank.length };
}

/** @param numbers the page of each unit */
function numbersOf(parts: readonly Part[], numbers: readonly number[]): Pages {
  const page = ({ index }: Part) => numbers[index] ?? 0;
  return {
    read: parts.flatMap((part) => (part.ok ? [{ page: page(part), part }] : [])),
    failed: parts.flatMap((part) => (part.ok ? [] : [{ page: page(part), part }])),
  };
}

/** A step of the task that opens PDFs. */
function drawing({ options }: Job, step: string): StepRef {
  return { task: "document", step, options: { max_pages: options.max_pages } };
}

interface OneUnit {
  readonly step: string | StepRef;
  readonly unit: UnitSpec;
}

async function onePart(job: Job, name: string, { step, unit }: OneUnit): Promise<Part> {
  const [part] = await job.mapInOrder(name, step, [unit]);
  if (part === undefined) throw new Error(`the map ${name} has no part`);
  return part;
}

/** This task has no password: the task `document` takes options of this one, and would show it. */
function explained(part: PartFailed): PartFailed {
  if (part.code !== "password_required") return part;
  const error =
    "The PDF is encrypted, and the task ocr takes no password. Use the task document with the options password and ocr.";
  return { ...part, error };
}
