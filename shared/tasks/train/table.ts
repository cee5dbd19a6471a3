import { FileError } from "../../errors.ts";
import { ByteRows } from "../../ml/byteRows.ts";
import type { RowCells } from "../../ml/encoding.ts";
import { MOST_CATEGORIES } from "../../ml/features.ts";
import { type Header, readHeader, rowRanges } from "../../ml/rows.ts";
import { isMissing, numberOf } from "../../ml/values.ts";
import type { StepFile } from "../task.ts";
import type { TrainOptions } from "./options.ts";

/** The files of a table and what to take of them. */
export interface TableSource {
  readonly files: readonly StepFile[];
  readonly header: Header;
  readonly target: number;
  /** Indexes of the columns to look at, without the target. */
  readonly columns: readonly number[];
}

/**
 * Opens the files as one table.
 * @throws FileError `bad_table` where a file has other columns than the first one, `missing_column`; see also `readHeader`
 */
export async function openTable(files: readonly StepFile[], options: TrainOptions): Promise<TableSource> {
  const [first, ...others] = files;
  if (first === undefined) throw new Error("a table has at least one file");
  const header = await readHeader(first);
  for (const file of others) await requireSameColumns(file, header, first.filename);
  const { names } = header;
  const at = (name: string) => columnOf(names, name, first.filename);
  const target = options.target === null ? names.length - 1 : at(options.target);
  for (const name of [...options.ignore, ...options.categories]) at(name);
  const wanted = options.features?.map(at) ?? names.map((_, column) => column);
  const ignored = new Set([target, ...options.ignore.map(at)]);
  return { files, header, target, columns: wanted.filter((column) => !ignored.has(column)) };
}

async function requireSameColumns(file: StepFile, wanted: Header, firstName: string): Promise<void> {
  const { names, delimiter } = await readHeader(file);
  if (delimiter === wanted.delimiter && names.join("\n") === wanted.names.join("\n")) return;
  throw new FileError("bad_table", `${file.filename} has other columns than ${firstName}.`);
}

/** @throws FileError `missing_column` */
function columnOf(names: readonly string[], name: string, filename: string): number {
  const found = names.indexOf(name);
  if (found !== -1) return found;
  const shown = names.slice(0, 20).join(", ");
  throw new FileError("missing_column", `${filename} has no column ${name}. Its columns: ${shown}.`);
}

/** Bytes of a table that are in memory at a time, and a row. */
const PIECE_BYTES = 2_000_000;

/** Calls `onRow` for each row of the table that has a target. Returns how many rows of each file do, and do not. */
export async function eachRow(
  { files, header, target }: TableSource,
  progress: () => void,
  onRow: (cells: ByteRows, place: () => string) => void,
): Promise<{ readonly rows: readonly number[]; readonly withoutTarget: number }> {
  const rows: number[] = [];
  let withoutTarget = 0;
  for (const file of files) {
    let count = 0;
    for await (const cells of byteRows(file, progress)) {
      const place = () => `${file.filename}, row ${cells.row}, column ${header.names[target]}`;
      const found = takeRows(cells, target, () => onRow(cells, place));
      count += found.rows;
      withoutTarget += found.withoutTarget;
    }
    rows.push(count);
  }
  return { rows, withoutTarget };
}

/** @throws FileError `bad_table` */
function takeRows(cells: ByteRows, target: number, onRow: () => void) {
  let rows = 0;
  let withoutTarget = 0;
  while (cells.next()) {
    if (!cells.isWhole) throw cells.ragged;
    if (isMissing(cells.cell(target).trim())) withoutTarget += 1;
    else {
      rows += 1;
      onRow();
    }
  }
  return { rows, withoutTarget };
}

/** A file in pieces of whole rows. */
async function* byteRows(file: StepFile, progress: () => void): AsyncGenerator<ByteRows> {
  const header = await readHeader(file);
  const { delimiter, names } = header;
  const ranges = await rowRanges(file, header, { size: PIECE_BYTES, onChunk: progress });
  for (const { from, to, row } of ranges) {
    const bytes = await file.slice(from, to - from);
    yield new ByteRows({ filename: file.filename, bytes, delimiter, names, row });
    progress();
  }
}

/** How a column is used. */
export type ColumnUse = "number" | "category" | { readonly leftOut: string };

/** The first pass over a column: whether it holds numbers, and how many texts it has. */
export class ColumnSurvey {
  readonly #texts = new Set<string>();
  readonly #isText: boolean;
  #isNumber: boolean;
  #known = 0;

  /** @param isText whether numbers are texts, too */
  constructor(isText: boolean) {
    this.#isText = isText;
    this.#isNumber = !isText;
  }

  add(cells: RowCells, column: number): void {
    const number = this.#isNumber ? cells.number(column) : undefined;
    if (number === undefined) this.#addText(cells.cell(column).trim());
    else if (!Number.isNaN(number)) this.#known += 1;
  }

  #addText(cell: string): void {
    if (isMissing(cell)) return;
    this.#known += 1;
    if (this.#isNumber && numberOf(cell) === undefined) this.#isNumber = false;
    if (!this.#isNumber && this.#texts.size <= MOST_TEXTS) this.#texts.add(cell);
  }

  /** Whether texts came after numbers, which were not counted as texts: the survey has to be made again. */
  get isMixed(): boolean {
    return !this.#isNumber && !this.#isText;
  }

  /** Columns that the options do not name are left out where they cannot help. */
  use(isWanted: boolean): ColumnUse {
    if (this.#known === 0) return { leftOut: "It has no values." };
    if (this.#isNumber) return "number";
    if (!isWanted && this.#texts.size > MANY_TEXTS && this.#texts.size * 5 > this.#known)
      return { leftOut: "It is text, and most texts stand in few rows only." };
    return "category";
  }
}

/** Texts that are counted; a column with more of them has more categories than are kept apart. */
const MOST_TEXTS = 100_000;
/** Texts up to this number are categories, however few rows they have. */
const MANY_TEXTS = 20;

/** A column of categories while it is read: texts get numbers in the order in which they come. */
export class CategoryColumn {
  readonly #numbers = new Map<string, number>();
  readonly #counts: number[] = [0];

  /** Returns the number of the text, 0 for a missing one. */
  add(cell: string): number {
    let number = isMissing(cell) ? 0 : this.#numbers.get(cell);
    if (number === undefined) {
      number = this.#counts.push(0) - 1;
      this.#numbers.set(cell, number);
    }
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
    return number;
  }

  /** The code of each number, by the order of the code points; beyond `MOST_CATEGORIES` the rarest texts share one code. */
  finish() {
    const frequent = [...this.#numbers]
      .sort(([a, i], [b, k]) => (this.#counts[k] ?? 0) - (this.#counts[i] ?? 0) || byText(a, b))
      .slice(0, MOST_CATEGORIES)
      .sort(([a], [b]) => byText(a, b));
    const others = this.#numbers.size > frequent.length;
    const codes = new Float64Array(this.#counts.length).fill(frequent.length + 1);
    codes[0] = 0;
    frequent.forEach(([, number], at) => {
      codes[number] = at + 1;
    });
    return { categories: frequent.map(([text]) => text), others, codes, missing: this.#counts[0] ?? 0 };
  }
}

/** The order of UTF-16 units, the same on every machine and in every language. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
