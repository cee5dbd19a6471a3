import { FileError } from "../../errors.ts";
import type { RowCells } from "../../ml/encoding.ts";
import { splitRows } from "../../ml/split.ts";
import { numberOf } from "../../ml/values.ts";
import { counted } from "../result.ts";
import type { StepFile } from "../task.ts";
import { ColumnChunks } from "./columnChunks.ts";
import { type CountedFeature, writeDataset } from "./dataset.ts";
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
  readonly rows: number;
  readonly features: number;
}

/** Where an encoded table goes: its file, and a folder for what is needed on the way. */
export interface EncodeWork {
  readonly path: string;
  readonly folder: string;
  readonly progress: () => void;
}

/**
 * Reads the table twice, first for the kinds of its columns, then for their values, and encodes it for the other steps. Its
 * values are never in memory together.
 * @throws FileError `bad_table`, `missing_column`, `bad_target`, `too_large`; see also `readHeader` and `readRows`
 */
export async function encodeTable(
  files: readonly StepFile[],
  options: TrainOptions,
  { path, folder, progress }: EncodeWork,
): Promise<EncodedTable> {
  const table = await openTable(files, options);
  const survey = await surveyed(table, options, progress);
  const used = usedColumns(table, survey);
  const chunks = new ColumnChunks(folder, used.length);
  try {
    const target = await readValues(table, { survey, used, chunks }, progress);
    const features = used.map(({ reader }) => reader.feature());
    const classOf = survey.labels === undefined ? undefined : Uint8Array.from(target);
    const wish = { share: options.test_share, folds: foldsOf(options), seed: options.seed };
    const groups = splitRows(target.length, classOf, wish);
    const column = (at: number) => {
      const values = chunks.column(at);
      used[at]?.reader.finish(values);
      return values;
    };
    const head = { ...headOf(table, survey), features };
    const contents = { head, column, target, groups, onColumn: progress };
    await writeDataset(path, contents, options.model);
    return { rows: target.length, features: features.length };
  } finally {
    chunks.close();
  }
}

function headOf({ files, header: { names }, target }: TableSource, survey: Survey) {
  return {
    target: { name: names[target] ?? "", labels: survey.labels },
    leftOut: survey.uses.flatMap(({ column, use }) =>
      typeof use === "object" ? [{ name: names[column] ?? "", reason: use.leftOut }] : [],
    ),
    rows: survey.rows.reduce((sum, count) => sum + count, 0),
    withoutTarget: survey.withoutTarget,
    files: files.map(({ filename, sha256 }, at) => ({
      filename,
      input_sha256: sha256,
      rows: survey.rows[at] ?? 0,
    })),
  };
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
  const isCategory = (column: number) => options.categories.includes(names[column] ?? "");
  const first = await lookedAt(table, isCategory, progress);
  const mixed = new Set(first.columns.filter(({ survey }) => survey.isMixed).map(({ column }) => column));
  const isText = (column: number) => isCategory(column) || mixed.has(column);
  const { columns, target, rows, withoutTarget } =
    mixed.size === 0 ? first : await lookedAt(table, isText, progress);
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

/** Looks at all cells once. @param isText whether numbers of a column are texts, too */
async function lookedAt(table: TableSource, isText: (column: number) => boolean, progress: () => void) {
  const columns = table.columns.map((column) => ({ column, survey: new ColumnSurvey(isText(column)) }));
  const target = new TargetSurvey(table.header.names[table.target] ?? "");
  const counts = await eachRow(table, progress, (cells, place) => {
    for (const { column, survey } of columns) survey.add(cells, column);
    target.add(cells.cell(table.target).trim(), place);
  });
  return { columns, target, ...counts };
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

/** Reads the cells of a column as numbers. */
interface ColumnReader {
  read(cells: RowCells, column: number): number;
  /** Called after the last cell. */
  feature(): CountedFeature;
  /** Makes the values final. */
  finish(values: Float64Array): void;
}

interface ReadColumn {
  readonly column: number;
  readonly reader: ColumnReader;
}

function usedColumns({ header: { names } }: TableSource, { uses }: Survey): readonly ReadColumn[] {
  return uses.flatMap(({ column, use }): ReadColumn[] => {
    const name = names[column] ?? "";
    if (use === "number") return [{ column, reader: numberColumn(name) }];
    return use === "category" ? [{ column, reader: categoryColumn(name) }] : [];
  });
}

interface ReadWork {
  readonly survey: Survey;
  readonly used: readonly ReadColumn[];
  readonly chunks: ColumnChunks;
}

/** Puts the values into `chunks`. Returns those of the target. */
async function readValues(
  table: TableSource,
  { survey, used, chunks }: ReadWork,
  progress: () => void,
): Promise<Float64Array> {
  const codes = new Map(survey.labels?.map((label, code) => [label, code]));
  const target = new Float64Array(survey.rows.reduce((sum, count) => sum + count, 0));
  let row = 0;
  await eachRow(table, progress, (cells) => {
    used.forEach(({ column, reader }, at) => {
      chunks.set(at, reader.read(cells, column));
    });
    chunks.endRow();
    const cell = cells.cell(table.target).trim();
    const value = survey.labels === undefined ? numberOf(cell) : codes.get(survey.labelOf(cell));
    target[row] = value ?? 0;
    row += 1;
  });
  return target;
}

function numberColumn(name: string): ColumnReader {
  let missing = 0;
  return {
    read: (cells, column) => {
      const value = cells.number(column) ?? numberOf(cells.cell(column).trim()) ?? Number.NaN;
      if (Number.isNaN(value)) missing += 1;
      return value;
    },
    feature: () => ({ name, kind: "number", missing }),
    finish: () => undefined,
  };
}

function categoryColumn(name: string): ColumnReader {
  const column = new CategoryColumn();
  let codes = new Float64Array(0);
  return {
    read: (cells, at) => column.add(cells.cell(at).trim()),
    feature: () => {
      const found = column.finish();
      codes = found.codes;
      const more = found.others ? { others: true } : {};
      return { name, kind: "category", categories: found.categories, ...more, missing: found.missing };
    },
    finish: (values) => {
      for (let row = 0; row < values.length; row += 1) values[row] = codes[values[row] ?? 0] ?? 0;
    },
  };
}
