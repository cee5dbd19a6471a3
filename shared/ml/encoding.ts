import { FileError } from "../errors.ts";
import { codesOf, type Feature } from "./features.ts";
import { isMissing, numberOf } from "./values.ts";

/** Turns the cells of rows into the values of features. */
export interface RowEncoder {
  /**
   * Writes the values of a row into the columns at `at`.
   * @returns what is wrong with the first cell that cannot be used; undefined if all can be
   */
  encode(cells: readonly string[], columns: readonly Float64Array[], at: number): BadCell | undefined;
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
    return { column, read: cellReader(feature), otherwise: badIsMissing ? missing : undefined };
  });
  return {
    encode: (cells, columns, at) => {
      for (const [i, { column, read, otherwise }] of readers.entries()) {
        const value = read((cells[column] ?? "").trim()) ?? otherwise;
        if (value === undefined) return badCell(features[i], cells[column]);
        const values = columns[i];
        if (values !== undefined) values[at] = value;
      }
      return undefined;
    },
  };
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
