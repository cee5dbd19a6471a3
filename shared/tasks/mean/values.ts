import { FileError } from "../../errors.ts";
import type { StepFile } from "../task.ts";
import { type Decimal, MAX_DIGITS, MAX_POWER, readDecimal } from "./decimal.ts";
import type { MeanOptions } from "./options.ts";
import { type Field, wordsOf } from "./words.ts";

/** Most fields of a first line that are held until its kind is known: heading or numbers. */
const MAX_HEADING = 10_000;

/** A cell of a file: its number, or null where a value is missing. */
export type CellValue = Decimal | null;

/** Words that stand for a missing value. */
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "nil", "-", "?"]);

/**
 * Reads the numbers of a file block by block. A first line without any number is a heading and is skipped.
 * @throws FileError `empty_file`, `no_numbers`, `not_a_number`, `out_of_range`, and those of `wordsOf`.
 */
export async function* valuesOf(
  file: StepFile,
  { missing }: MeanOptions,
): AsyncGenerator<readonly CellValue[]> {
  if (file.bytes === 0) throw new FileError("empty_file", `${file.filename} is empty.`);
  let found = false;
  for await (const words of withoutHeading(wordsOf(file))) {
    found ||= words.length > 0;
    yield words.map((word) => cellOf(word, file.filename, missing));
  }
  if (!found) throw new FileError("no_numbers", `${file.filename} holds no numbers.`);
}

function cellOf({ text, line }: Field, filename: string, missing: MeanOptions["missing"]): CellValue {
  const decimal = readDecimal(text);
  if (decimal === "range") {
    const limits = `at most ${MAX_DIGITS} digits and powers of ten from -${MAX_POWER} to ${MAX_POWER} are read`;
    throw new FileError(
      "out_of_range",
      `${filename}, line ${line}: ${quoted(text)} is out of range; ${limits}.`,
    );
  }
  if (decimal !== undefined) return decimal;
  const absent = MISSING.has(text.toLowerCase());
  if (absent && missing === "skip") return null;
  const remedy = absent ? " To take missing values as such, set the option missing to skip." : "";
  throw new FileError("not_a_number", `${filename}, line ${line}: ${quoted(text)} is not a number.${remedy}`);
}

function quoted(text: string): string {
  return text === "" ? "an empty field" : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

async function* withoutHeading(blocks: AsyncIterable<readonly Field[]>): AsyncGenerator<readonly Field[]> {
  let held: Field[] | undefined = [];
  for await (const words of blocks) {
    if (held === undefined) {
      yield words;
      continue;
    }
    held.push(...words);
    if (held.at(-1)?.line === held[0]?.line && held.length < MAX_HEADING) continue;
    yield afterHeading(held);
    held = undefined;
  }
  if (held !== undefined) yield afterHeading(held);
}

/** Skips a first line that is a heading: it has no number, and a word that does not stand for a missing value. */
function afterHeading(words: readonly Field[]): readonly Field[] {
  const first = words[0]?.line;
  const end = words.findIndex(({ line }) => line !== first);
  const heading = end < 0 ? words : words.slice(0, end);
  const named = heading.some(({ text }) => !MISSING.has(text.toLowerCase()));
  const numbered = heading.some(({ text }) => readDecimal(text) !== undefined);
  return end < 0 || numbered || !named ? words : words.slice(end);
}
