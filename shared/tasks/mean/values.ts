import { FileError } from "../../errors.ts";
import type { StepFile } from "../task.ts";
import { type Decimal, MAX_DIGITS, MAX_POWER, readDecimal } from "./decimal.ts";
import { isMissing, withoutHeading } from "./heading.ts";
import type { MeanOptions } from "./options.ts";
import { placeOf } from "./place.ts";
import { type Field, MIXED, type RowCounts } from "./rows.ts";
import { wordsOf } from "./words.ts";

/** A cell of a file: its number, or null where a value is missing. */
export type CellValue = Decimal | null;

/**
 * Reads the numbers of a file block by block. A first line in which no word could be a number is a heading and is
 * skipped. `counts` gets the numbers of the file's rows.
 * @throws FileError `empty_file`, `no_numbers`, `not_a_number`, `out_of_range`, and those of `wordsOf`.
 */
export async function* valuesOf(
  file: StepFile,
  { missing, decimal }: MeanOptions,
  counts?: RowCounts,
): AsyncGenerator<readonly CellValue[]> {
  if (file.bytes === 0) throw new FileError("empty_file", `${file.filename} is empty.`);
  const read = readerOf(decimal, missing);
  let found = false;
  for await (const words of withoutHeading(wordsOf(file, decimal, counts))) {
    found ||= words.length > 0;
    const cells: CellValue[] = [];
    for (const word of words) {
      const cell = read(word.text);
      if (cell === undefined || cell === "range") throw await refusal(file, word, cell);
      cells.push(cell);
    }
    yield cells;
  }
  if (!found) throw new FileError("no_numbers", `${file.filename} holds no numbers.`);
}

type ReadCell = (text: string) => CellValue | undefined | "range";

function readerOf(decimal: MeanOptions["decimal"], missing: MeanOptions["missing"]): ReadCell {
  const read = decimal === "comma" ? commaDecimal : readDecimal;
  if (missing === "error") return read;
  return (text) => read(text) ?? (isMissing(text) ? null : undefined);
}

/** A point in a number with a decimal comma could separate thousands. */
function commaDecimal(text: string): Decimal | undefined | "range" {
  return text.includes(".") ? undefined : readDecimal(text.replace(",", "."));
}

async function refusal(file: StepFile, field: Field, cell: undefined | "range"): Promise<FileError> {
  if (field.text === MIXED) return mixed(file, field);
  const { word, place } = await placeOf(file, field);
  if (cell === "range") {
    const limits = `at most ${MAX_DIGITS} digits and powers of ten from -${MAX_POWER} to ${MAX_POWER} are read`;
    return new FileError("out_of_range", `${place}: ${word} is out of range; ${limits}.`);
  }
  const remedy = isMissing(field.text)
    ? " To take missing values as such, set the option missing to skip."
    : "";
  return new FileError("not_a_number", `${place}: ${word} is not a number.${remedy}`);
}

function mixed({ filename }: StepFile, { line }: Field): FileError {
  const what =
    "commas and other separators stand between its numbers, so that the commas may be decimal signs";
  const remedy = "If they are, set the option decimal to comma; else separate all numbers by commas";
  return new FileError("not_a_number", `${filename}, line ${line}: ${what}. ${remedy}.`);
}
