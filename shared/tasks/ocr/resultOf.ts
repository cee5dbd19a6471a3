import type { StepWarning } from "../../warnings.ts";
import { jsonResult, oneLine } from "../result.ts";
import type { StepContext, StepFile, StepOutput, TaskHead } from "../task.ts";
import type { Leaf } from "./leaf.ts";
import type { OcrOptions } from "./options.ts";
import type { OutputPage } from "./output/layout.ts";
import type { TextOutput } from "./output/outputs.ts";
import { writtenText } from "./output/written.ts";
import { allFields, areUnsure, type OcrFields, summaryOf, UNSURE, wordCount } from "./report.ts";
import { type ImagePage, imagePdf } from "./searchable/imagePages.ts";
import { updatedPdf } from "./searchable/update.ts";

interface ResultOf {
  readonly task: TaskHead;
  readonly file: Pick<StepFile, "filename" | "sha256">;
  readonly options: OcrOptions;
  readonly context: StepContext;
  readonly warnings?: readonly StepWarning[];
  /** The PDF whose pages were read. */
  readonly source?: StepFile | undefined;
}

/** Pages in the order of their numbers. */
type Pages = Iterable<Leaf> | AsyncIterable<Leaf>;

/** The result of a file in the format of the option `output`. */
export async function resultOf(of: ResultOf, pages: Pages): Promise<StepOutput> {
  const { output: format } = of.options;
  if (format === "json") return await json(of, pages);
  return format === "pdf" ? await pdf(of, pages) : await text(of, format, pages);
}

async function json({ task, file, warnings = [] }: ResultOf, pages: Pages): Promise<StepOutput> {
  const all: OcrFields[] = [];
  for await (const { fields } of pages) all.push(fields);
  const first = all.find(({ image_size }) => image_size.length > 0);
  const fields = {
    image_size: first?.image_size ?? [0, 0],
    image_mode: first?.image_mode ?? "",
    words: all.flatMap(({ words }) => words),
    pages: all.flatMap((one) => one.pages),
  };
  const told = withUnsure(warnings, areUnsure(fields.pages));
  return jsonResult({ task, file, summary: summaryOf(fields), warnings: told }, allFields(fields));
}

async function text(of: ResultOf, format: TextOutput, pages: Pages): Promise<StepOutput> {
  const tally = new Tally();
  const { filename } = of.file;
  const body = await writtenText(
    { output: format, filename, folder: of.context.folder },
    outputPages(pages, tally),
  );
  return output(body, tally, of.warnings);
}

async function pdf(of: ResultOf, pages: Pages): Promise<StepOutput> {
  const tally = new Tally();
  const { source, options, context } = of;
  const { folder } = context;
  const body =
    source === undefined
      ? await imagePdf({ folder, dpi: options.dpi }, imagePages(pages, tally))
      : await updatedPdf({ source, folder }, outputPages(pages, tally));
  return output(body, tally, of.warnings);
}

async function* outputPages(pages: Pages, tally: Tally): AsyncGenerator<OutputPage> {
  for await (const { page } of imagePages(pages, tally)) yield page;
}

async function* imagePages(pages: Pages, tally: Tally): AsyncGenerator<ImagePage> {
  for await (const { fields, picture } of pages) {
    tally.add(fields);
    const [page] = fields.pages;
    if (page !== undefined) yield { page: { fields: page, words: fields.words }, picture };
  }
}

function withUnsure(warnings: readonly StepWarning[], isUnsure: boolean): readonly StepWarning[] {
  return isUnsure ? [...warnings, UNSURE] : warnings;
}

function output(body: StepOutput["body"], tally: Tally, before: readonly StepWarning[] = []): StepOutput {
  const { summary, info } = tally;
  const warnings = withUnsure(before, tally.isUnsure);
  return { body, summary: oneLine(summary), info, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** Characters of the summary's text that are kept. */
const SUMMARY = 1_000;

/** Counts what a result in JSON would say of its pages. */
class Tally {
  #pages = 0;
  #words = 0;
  #read = 0;
  #confidence = 0;
  #text = "";
  #isUnsure = false;

  add({ pages, words }: OcrFields): void {
    this.#pages += pages.length;
    this.#isUnsure ||= areUnsure(pages);
    for (const { text } of pages) {
      this.#words += wordCount(text);
      if (this.#text.length < SUMMARY) this.#text += `${text.slice(0, SUMMARY)} `;
    }
    this.#read += words.length;
    for (const { confidence } of words) this.#confidence += confidence;
  }

  get summary(): string {
    return this.#text.trim() === "" ? "no text found" : this.#text;
  }

  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  get info() {
    const mean = this.#read === 0 ? 0 : Math.round((this.#confidence / this.#read) * 100) / 100;
    return { pages: this.#pages, word_count: this.#words, average_confidence: mean };
  }
}
