import { open } from "node:fs/promises";
import { FileError } from "../../errors.ts";
import type { StepFile } from "../task.ts";
import { byCodePoint } from "./order.ts";

/**
 * Terms of one or more documents with their counts, as bytes: a line with the number of documents, then a line
 * `term TAB document frequency TAB total count` for each term, in order of code points. No term has a tab or a
 * line end.
 */
export interface Frequencies {
  readonly documents: number;
  /** Rows in order of code points, some thousands at a time. */
  readonly blocks: AsyncIterable<readonly TermRow[]>;
}

export interface TermRow {
  readonly term: string;
  /** Number of documents with the term. */
  readonly df: number;
  /** Number of its occurrences in all documents. */
  readonly total: number;
}

/** Most distinct terms of a job; their list has about 100 MB. */
const MAX_TERMS = 5_000_000;
const READ_BYTES = 256 * 1_024;
const LINE_END = 0x0a;

export function headLine(documents: number): string {
  return `${documents}\n`;
}

export function termLine({ term, df, total }: TermRow): string {
  return `${term}\t${df}\t${total}\n`;
}

export async function writeFrequencies(path: string, { documents, blocks }: Frequencies): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(headLine(documents));
    for await (const block of blocks) await file.writeFile(block.map(termLine).join(""));
  } finally {
    await file.close();
  }
}

/** Merges the terms of these files in memory that does not grow with the files. */
export async function mergedFrequencies(files: readonly StepFile[]): Promise<Frequencies> {
  const readers = files.map((file) => new FrequencyReader(file));
  let documents = 0;
  for (const reader of readers) documents += await reader.documents();
  return { documents, blocks: mergedBlocks(readers) };
}

/** @throws FileError `too_large` beyond five million distinct terms. */
async function* mergedBlocks(readers: readonly FrequencyReader[]): AsyncGenerator<TermRow[]> {
  let terms = 0;
  for (;;) {
    for (const reader of readers) await reader.fill();
    const open = readers.filter((reader) => !reader.isEmpty);
    if (open.length === 0) return;
    const block = sumUpTo(commonEnd(open), open);
    terms += block.length;
    if (terms > MAX_TERMS) throw tooManyTerms();
    yield block;
  }
}

/** The last term up to which all readers have loaded their rows; undefined when all rows are loaded. */
function commonEnd(readers: readonly FrequencyReader[]): string | undefined {
  let end: string | undefined;
  for (const { last } of readers) {
    if (last !== undefined && (end === undefined || byCodePoint(last, end) < 0)) end = last;
  }
  return end;
}

/** Takes the rows up to a term from the readers and adds them up. */
function sumUpTo(end: string | undefined, readers: readonly FrequencyReader[]): TermRow[] {
  const [only] = readers;
  if (only !== undefined && readers.length === 1) return only.takeUpTo(end);
  const sums = new Map<string, { term: string; df: number; total: number }>();
  for (const reader of readers) {
    for (const { term, df, total } of reader.takeUpTo(end)) {
      const sum = sums.get(term);
      if (sum === undefined) sums.set(term, { term, df, total });
      else {
        sum.df += df;
        sum.total += total;
      }
    }
  }
  return [...sums.values()].sort((a, b) => byCodePoint(a.term, b.term));
}

/** Reads a file of frequencies in pieces that end with whole lines. */
class FrequencyReader {
  readonly #file: StepFile;
  #offset = 0;
  #rows: TermRow[] = [];
  /** Index of the first row that was not taken. */
  #first = 0;

  constructor(file: StepFile) {
    this.#file = file;
  }

  /** Reads the number in the head; called once, before any row is read. */
  async documents(): Promise<number> {
    const head = await this.#file.slice(0, 32);
    const end = head.indexOf(LINE_END);
    if (end === -1) throw new Error("a file of frequencies has no head");
    this.#offset = end + 1;
    return Number(head.toString("latin1", 0, end));
  }

  get isEmpty(): boolean {
    return this.#first === this.#rows.length;
  }

  /** The last loaded term; undefined when all rows of the file are loaded. */
  get last(): string | undefined {
    return this.#offset < this.#file.bytes ? this.#rows.at(-1)?.term : undefined;
  }

  /** Loads more rows if all loaded ones were taken. */
  async fill(): Promise<void> {
    if (!this.isEmpty || this.#offset >= this.#file.bytes) return;
    const lines = await this.#wholeLines();
    this.#offset += lines.length;
    this.#rows = rowsOf(lines.toString("utf8"));
    this.#first = 0;
  }

  takeUpTo(end: string | undefined): TermRow[] {
    const from = this.#first;
    let to = this.#rows.length;
    if (end !== undefined) {
      to = from;
      while (to < this.#rows.length && byCodePoint(this.#rows[to]?.term ?? "", end) <= 0) to += 1;
    }
    this.#first = to;
    return this.#rows.slice(from, to);
  }

  /** Reads whole lines from the offset on; a line may be longer than a piece. */
  async #wholeLines(): Promise<Buffer> {
    for (let length = READ_BYTES; ; length *= 2) {
      const bytes = await this.#file.slice(this.#offset, length);
      const end = bytes.lastIndexOf(LINE_END) + 1;
      if (end > 0) return bytes.subarray(0, end);
      if (bytes.length < length) throw new Error("a file of frequencies is cut short");
    }
  }
}

/** Parses rows. @param lines whole lines, each with its end */
export function rowsOf(lines: string): TermRow[] {
  const rows: TermRow[] = [];
  for (let at = 0; at < lines.length; ) {
    const first = lines.indexOf("\t", at);
    const second = lines.indexOf("\t", first + 1);
    const end = lines.indexOf("\n", second + 1);
    const df = Number(lines.slice(first + 1, second));
    rows.push({ term: lines.slice(at, first), df, total: Number(lines.slice(second + 1, end)) });
    at = end + 1;
  }
  return rows;
}

function tooManyTerms(): FileError {
  const hint = "Send fewer files at a time or use a shorter ngram_range.";
  return new FileError("too_large", `The files have more than ${MAX_TERMS} distinct terms. ${hint}`);
}
