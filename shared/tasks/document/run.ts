import { Pending } from "../../async/pending.ts";
import { Semaphore } from "../../async/semaphore.ts";
import { inputAt, mainStepOf, sharedFile } from "../maps.ts";
import { ocr } from "../ocr/index.ts";
import type { InputFile, Json, JsonObject, Part, PartDone, RunContext, UnitSpec } from "../task.ts";
import type { DocumentOptions } from "./options.ts";
import { blankPages, type PdfPlan, planOf } from "./pdf/draft.ts";

/** Number of large or scanned PDFs that are assembled at the same time; others wait. */
const DRAFTS_AT_ONCE = 8;

type Job = RunContext<DocumentOptions>;

/**
 * One unit is enough for most files. A PDF whose part is a draft needs more units: for ranges of its pages, for
 * pictures of its scanned pages, for OCR of these, and one unit for the result.
 */
export async function run(job: Job): Promise<void> {
  const atOnce = new Semaphore(DRAFTS_AT_ONCE);
  const drafts = new Pending(Number.POSITIVE_INFINITY);
  const units = job.inputs.map((file) => ({ files: [file] }));
  for await (const part of job.map("main", "main", units)) {
    const plan = part.ok ? planOf(part.info) : undefined;
    const input = inputAt(job, part);
    if (!part.ok || plan === undefined) await job.publish(input.index, part);
    else drafts.start(atOnce.use(() => complete(job, input, { part, plan })));
  }
  await drafts.all();
}

interface Drafted {
  readonly part: PartDone;
  readonly plan: PdfPlan;
}

async function complete(job: Job, input: InputFile, first: Drafted): Promise<void> {
  const ranges = rangesAfter(first.plan);
  const rest = await job.mapInOrder(`pages/${input.index}`, "pages", unitsOf(input, ranges));
  const failed = rest.find((part) => !part.ok);
  if (failed !== undefined) return await job.publish(input.index, failed);
  const drafts = [first.part, ...rest.filter((part) => part.ok)];
  const blank = drafts.flatMap((part) => blankPages(planOf(part.info) ?? first.plan));
  const scanned = job.options.ocr ? await recognise(job, input, blank) : NOTHING_READ;
  const unit: UnitSpec = {
    files: [...drafts.map(({ file }) => file), ...scanned.results.map(({ file }) => file)],
    args: { drafts: drafts.length, read: scanned.read, failed: scanned.failed },
  };
  const [result] = await job.mapInOrder(`finish/${input.index}`, "finish", [unit]);
  if (result !== undefined) await job.publish(input.index, result);
}

function rangesAfter({ to, page_count, per_unit }: PdfPlan): JsonObject[] {
  const count = Math.ceil((page_count - to) / per_unit);
  return Array.from({ length: count }, (_, at) => {
    const from = to + 1 + at * per_unit;
    return { from, to: Math.min(from + per_unit - 1, page_count) };
  });
}

function unitsOf(input: InputFile, args: readonly JsonObject[]): UnitSpec[] {
  const files = [sharedFile(input)];
  return args.map((one) => ({ files, args: one }));
}

interface Recognised {
  /** Pages whose OCR results are in `results`, in the same order. */
  readonly read: readonly number[];
  readonly results: readonly PartDone[];
  readonly failed: readonly Json[];
}

const NOTHING_READ: Recognised = { read: [], results: [], failed: [] };

/** Draws the pages and reads them by OCR; a page that fails keeps its reason and does not affect the others. */
async function recognise(job: Job, input: InputFile, pages: readonly number[]): Promise<Recognised> {
  if (pages.length === 0) return NOTHING_READ;
  const args = pages.map((page) => ({ page }));
  const drawn = await job.mapInOrder(`picture/${input.index}`, "picture", unitsOf(input, args));
  const pictures = drawn.filter((part) => part.ok);
  const drawnPages = pictures.map(({ index }) => pages[index] ?? 0);
  const step = { task: ocr.name, step: mainStepOf(ocr), options: ocr.options.parse(job.options.ocr_options) };
  const scans = pictures.map(({ file }) => ({ files: [file] }));
  const texts = await job.mapInOrder(`ocr/${input.index}`, step, scans);
  const done = texts.filter((part) => part.ok);
  return {
    read: done.map(({ index }) => drawnPages[index] ?? 0),
    results: done,
    failed: [...failures(drawn, pages), ...failures(texts, drawnPages)],
  };
}

function failures(parts: readonly Part[], pages: readonly number[]): Json[] {
  return parts
    .filter((part) => !part.ok)
    .map(({ index, error }) => ({ page: pages[index] ?? 0, error: `OCR failed: ${error}` }));
}
