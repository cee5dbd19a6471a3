import { FileError } from "../../errors.ts";
import { MOST_CATEGORIES } from "../../ml/features.ts";
import { type Header, readHeader, readRows } from "../../ml/rows.ts";
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

/** Calls `onRow` for each row of the table that has a target. Returns how many rows of each file do, and do not. */
export async function eachRow(
  { files, header, target }: TableSource,
  progress: () => void,
  onRow: (cells: readonly string[], place: () => string) => void,
): Promise<{ readonly rows: readonly number[]; readonly withoutTarget: number }> {
  const rows: number[] = [];
  let withoutTarget = 0;
  for (const file of files) {
    const own = await readHeader(file);
    let count = 0;
    await readRows(file, {
      header: own,
      range: { from: own.end, to: file.bytes, row: 2 },
      onChunk: progress,
      onRow: (cells, row) => {
        if (isMissing((cells[target] ?? "").trim())) {
          withoutTarget += 1;
          return;
        }
        count += 1;
        onRow(cells, () => `${file.filename}, row ${row}, column ${header.names[target]}`);
      },
    });
    rows.push(count);
  }
  return { rows, withoutTarget };
}

/** How a column is used. */
export type ColumnUse = "number" | "category" | { readonly leftOut: string };

/** The first pass over a column: whether it holds numbers, and how many texts it has. */
export class ColumnSurvey {
  readonly #texts = new Set<string>();
  #isNumber: boolean;
  #known = 0;

  /** @param asCategory whether numbers are texts, too */
  constructor(asCategory: boolean) {
    this.#isNumber = !asCategory;
  }

  add(cell: string): void {
    if (isMissing(cell)) return;
    this.#known += 1;
    if (this.#isNumber && numberOf(cell) === undefined) this.#isNumber = false;
    if (this.#texts.size <= MOST_TEXTS) this.#texts.add(cell);
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
  readonly #values: number[] = [];

  add(cell: string): void {
    let number = isMissing(cell) ? 0 : this.#numbers.get(cell);
    if (number === undefined) {
      number = this.#counts.push(0) - 1;
      this.#numbers.set(cell, number);
    }
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
    this.#values.push(number);
  }

  /** Codes by the order of the code points; beyond `MOST_CATEGORIES` the rarest texts share one code. */
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
    const values = Float64Array.from(this.#values, (number) => codes[number] ?? 0);
    return { categories: frequent.map(([text]) => text), others, values, missing: this.#counts[0] ?? 0 };
  }
}

/** The order of UTF-16 units, the same on every machine and in every language. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
