import { FileError } from "../../errors.ts";
import { splitRows } from "../../ml/split.ts";
import { numberOf } from "../../ml/values.ts";
import { counted } from "../result.ts";
import type { StepFile } from "../task.ts";
import { type CountedFeature, packDataset } from "./dataset.ts";
import type { TrainOptions } from "./options.ts";
import { foldsOf } from "./parameters.ts";
import {
  CategoryColumn,
  ColumnSurvey,
  type ColumnUse,
  eachRow,
  openTable,
  type TableSource,
} from "./table.ts";
import { TargetSurvey } from "./target.ts";

/** Most values of a table, so that it fits into the memory of a slave's child. */
const MOST_VALUES = 40_000_000;

/** Fewest rows from which anything can be learned. */
const FEWEST_ROWS = 4;

export interface EncodedTable {
  readonly body: Buffer;
  readonly rows: number;
  readonly features: number;
}

/**
 * Reads the table twice, first for the kinds of its columns, then for their values, and encodes it for the other steps.
 * @throws FileError `bad_table`, `missing_column`, `bad_target`, `too_large`; see also `readHeader` and `readRows`
 */
export async function encodeTable(
  files: readonly StepFile[],
  options: TrainOptions,
  progress: () => void,
): Promise<EncodedTable> {
  const table = await openTable(files, options);
  const survey = await surveyed(table, options, progress);
  const { target, features, values } = await readValues(table, survey, progress);
  const { names } = table.header;
  const leftOut = survey.uses.flatMap(({ column, use }) =>
    typeof use === "object" ? [{ name: names[column] ?? "", reason: use.leftOut }] : [],
  );
  const head = {
    features,
    target: { name: names[table.target] ?? "", labels: survey.labels },
    leftOut,
    rows: target.length,
    withoutTarget: survey.withoutTarget,
    files: files.map(({ filename, sha256 }, at) => ({
      filename,
      input_sha256: sha256,
      rows: survey.rows[at] ?? 0,
    })),
  };
  const classOf = survey.labels === undefined ? undefined : Uint8Array.from(target);
  const wish = { share: options.test_share, folds: foldsOf(options), seed: options.seed };
  const groups = splitRows(target.length, classOf, wish);
  const body = packDataset({ head, columns: values, target, groups }, options.model);
  return { body, rows: target.length, features: features.length };
}

interface UsedColumn {
  readonly column: number;
  readonly use: ColumnUse;
}

interface Survey {
  readonly uses: readonly UsedColumn[];
  readonly labels: readonly string[] | undefined;
  readonly labelOf: (cell: string) => string;
  /** Rows with a target, by file. */
  readonly rows: readonly number[];
  readonly withoutTarget: number;
}

async function surveyed(table: TableSource, options: TrainOptions, progress: () => void): Promise<Survey> {
  const { names } = table.header;
  const columns = table.columns.map((column) => ({
    column,
    survey: new ColumnSurvey(options.categories.includes(names[column] ?? "")),
  }));
  const target = new TargetSurvey(names[table.target] ?? "");
  const { rows, withoutTarget } = await eachRow(table, progress, (cells, place) => {
    for (const { column, survey } of columns) survey.add((cells[column] ?? "").trim());
    target.add((cells[table.target] ?? "").trim(), place);
  });
  const total = rows.reduce((sum, count) => sum + count, 0);
  if (total < FEWEST_ROWS) throw tooFewRows(table, total);
  const isWanted = (column: number) =>
    options.features !== null || options.categories.includes(names[column] ?? "");
  const uses = columns.map(({ column, survey }) => ({ column, use: survey.use(isWanted(column)) }));
  const used = uses.filter(({ use }) => typeof use === "string").length;
  if (used === 0) throw new FileError("bad_table", "No column is left to learn from.");
  if (used * total > MOST_VALUES) throw tooLarge(total, used);
  return {
    uses,
    labels: target.labels(options),
    labelOf: (cell) => target.labelOf(cell),
    rows,
    withoutTarget,
  };
}

function tooFewRows({ files, header, target }: TableSource, rows: number): FileError {
  const of = files.length === 1 ? (files[0]?.filename ?? "") : "These tables together";
  const verb = files.length === 1 ? "has" : "have";
  const name = header.names[target] ?? "";
  const found = `${verb} ${counted(rows, "row")} with a value of ${name}`;
  return new FileError("bad_table", `${of} ${found}; at least ${FEWEST_ROWS} are needed.`);
}

function tooLarge(rows: number, columns: number): FileError {
  const limit = `the limit of ${MOST_VALUES} values; take fewer rows or name fewer features`;
  return new FileError(
    "too_large",
    `The table has ${rows} rows and ${columns} columns to learn from: more than ${limit}.`,
  );
}

interface Column {
  readonly column: number;
  add(cell: string): void;
  finish(): { readonly feature: CountedFeature; readonly values: Float64Array };
}

async function readValues(table: TableSource, survey: Survey, progress: () => void) {
  const rows = survey.rows.reduce((sum, count) => sum + count, 0);
  const { names } = table.header;
  const columns = survey.uses.flatMap(({ column, use }): Column[] => {
    const name = names[column] ?? "";
    if (use === "number") return [{ column, ...numberColumn(name, rows) }];
    return use === "category" ? [{ column, ...categoryColumn(name) }] : [];
  });
  const codes = new Map(survey.labels?.map((label, code) => [label, code]));
  const target = new Float64Array(rows);
  let row = 0;
  await eachRow(table, progress, (cells) => {
    for (const one of columns) one.add((cells[one.column] ?? "").trim());
    const cell = (cells[table.target] ?? "").trim();
    const value = survey.labels === undefined ? numberOf(cell) : codes.get(survey.labelOf(cell));
    target[row] = value ?? 0;
    row += 1;
  });
  const read = columns.map((one) => one.finish());
  return { target, features: read.map(({ feature }) => feature), values: read.map(({ values }) => values) };
}

function numberColumn(name: string, rows: number): Omit<Column, "column"> {
  const values = new Float64Array(rows);
  let row = 0;
  let missing = 0;
  return {
    add: (cell) => {
      const value = numberOf(cell) ?? Number.NaN;
      if (Number.isNaN(value)) missing += 1;
      values[row] = value;
      row += 1;
    },
    finish: () => ({ feature: { name, kind: "number", missing }, values }),
  };
}

function categoryColumn(name: string): Omit<Column, "column"> {
  const column = new CategoryColumn();
  return {
    add: (cell) => column.add(cell),
    finish: () => {
      const { categories, others, values, missing } = column.finish();
      const more = others ? { others } : {};
      return { feature: { name, kind: "category", categories, ...more, missing }, values };
    },
  };
}
