import { FileError } from "../errors.ts";
import { codesOf, type Feature } from "./features.ts";
import { isMissing, numberOf } from "./values.ts";

/** Turns the cells of rows into the values of features. */
export interface RowEncoder {
  /**
   * Writes the values of the row that `cells` stands at into the columns at `at`.
   * @returns what is wrong with the first cell that cannot be used; undefined if all can be
   */
  encode(cells: RowCells, columns: readonly Float64Array[], at: number): BadCell | undefined;
}

/** The cells of a row, as `ByteRows` has them. */
export interface RowCells {
  /** The number of a cell that holds a short decimal number, NaN of an empty one. */
  number(column: number): number | undefined;
  cell(column: number): string;
}

export interface BadCell {
  readonly column: string;
  /** A part of a sentence: `"x" is not a number`. */
  readonly problem: string;
}

export interface EncoderWish {
  readonly features: readonly Feature[];
  /** Columns of the table. */
  readonly names: readonly string[];
  readonly filename: string;
  /** Whether a cell that cannot be used counts as missing. */
  readonly badIsMissing: boolean;
}

/** @throws FileError `missing_column` */
export function rowEncoder({ features, names, filename, badIsMissing }: EncoderWish): RowEncoder {
  const lacking = features.filter(({ name }) => !names.includes(name)).map(({ name }) => name);
  if (lacking.length > 0) {
    const shown = `${lacking.slice(0, 20).join(", ")}. Its columns: ${names.slice(0, 20).join(", ")}.`;
    throw new FileError("missing_column", `${filename} lacks columns that the model needs: ${shown}`);
  }
  const readers = features.map((feature) => {
    const missing = feature.kind === "number" ? Number.NaN : 0;
    const column = names.indexOf(feature.name);
    return { column, read: valueReader(feature), otherwise: badIsMissing ? missing : undefined };
  });
  return {
    encode: (cells, columns, at) => {
      for (let i = 0; i < readers.length; i += 1) {
        const reader = readers[i];
        const values = columns[i];
        if (reader === undefined || values === undefined) continue;
        const value = reader.read(cells, reader.column) ?? reader.otherwise;
        if (value === undefined) return badCell(features[i], cells.cell(reader.column));
        values[at] = value;
      }
      return undefined;
    },
  };
}

function valueReader(feature: Feature): (cells: RowCells, column: number) => number | undefined {
  const read = cellReader(feature);
  if (feature.kind === "category") return (cells, column) => read(cells.cell(column).trim());
  return (cells, column) => cells.number(column) ?? read(cells.cell(column).trim());
}

/** The value of a cell for a feature; undefined for one that is no number or no known category. */
export function cellReader(feature: Feature): (cell: string) => number | undefined {
  if (feature.kind === "number") return numberOf;
  const codes = new Map(feature.categories.map((text, at) => [text, at + 1]));
  const others = feature.others === true ? codesOf(feature) - 1 : undefined;
  return (cell) => codes.get(cell) ?? (isMissing(cell) ? 0 : others);
}

function badCell(feature: Feature | undefined, cell = ""): BadCell {
  const shown = JSON.stringify(cell.length > 100 ? `${cell.slice(0, 99)}…` : cell);
  const kind = feature?.kind === "category" ? "a category that the model knows" : "a number";
  return { column: feature?.name ?? "", problem: `${shown} is not ${kind}` };
}
