import { FileError } from "../../errors.ts";
import { csvCell } from "../../ml/csv.ts";
import { type RowEncoder, rowEncoder } from "../../ml/encoding.ts";
import { largestOf } from "../../ml/metrics.ts";
import { channelsOf, type ModelShape, type Predictor } from "../../ml/predicting.ts";
import { type Header, readRows, type TableRange } from "../../ml/rows.ts";
import type { TrainedModel } from "../../ml/trained.ts";
import type { StepFile } from "../task.ts";
import type { PredictOptions } from "./options.ts";

/** A model that is ready to predict. */
export interface ReadyModel {
  readonly model: TrainedModel;
  readonly shape: ModelShape;
  readonly predict: Predictor;
}

export interface BlockWork {
  readonly table: StepFile;
  readonly header: Header;
  readonly range: TableRange;
  readonly ready: ReadyModel;
  readonly options: PredictOptions;
  /** Whether the header of the result is written, too. */
  readonly withHeader: boolean;
  readonly progress: () => void;
}

/** What a block found: its part of the result, and counts for the summary. */
export interface BlockResult {
  readonly body: Buffer;
  readonly rows: number;
  readonly skipped: number;
  /** Where the first row that was left out stands, and why. */
  readonly firstSkipped: string | undefined;
  /** Rows by predicted class; for numbers their sum. */
  readonly counts: readonly number[];
}

/** Rows that are predicted together: their values stay in the cache of the processor. */
const BATCH = 1024;

/**
 * Predicts the rows of a range, in their order.
 * @throws FileError `bad_cell`, `bad_table`, `missing_column`, which name row and column
 */
export async function predictBlock(work: BlockWork): Promise<BlockResult> {
  const { table, header, range, options, ready } = work;
  const encoder = rowEncoder({
    features: ready.shape.features,
    names: header.names,
    filename: table.filename,
    badIsMissing: options.on_error === "missing",
  });
  const writer = new BlockWriter(work, encoder);
  await readRows(table, {
    header,
    range,
    onRow: (cells, row, raw) => writer.add(cells, row, raw),
    onChunk: work.progress,
    ...(options.on_error === "skip"
      ? { onRagged: (row: number) => writer.skip(`row ${row}: wrong number of cells`) }
      : {}),
  });
  return writer.finish();
}

class BlockWriter {
  readonly #work: BlockWork;
  readonly #encoder: RowEncoder;
  readonly #columns: readonly Float64Array[];
  readonly #rows = Int32Array.from({ length: BATCH }, (_, at) => at);
  readonly #kept: string[] = [];
  readonly #lines: string[] = [];
  readonly #counts: number[];
  readonly #labels: readonly string[] | undefined;
  readonly #keep: readonly number[] | undefined;
  #done = 0;
  #skipped = 0;
  #firstSkipped: string | undefined;

  constructor(work: BlockWork, encoder: RowEncoder) {
    const { header, ready, options, table } = work;
    this.#work = work;
    this.#encoder = encoder;
    this.#columns = ready.shape.features.map(() => new Float64Array(BATCH));
    this.#labels = ready.model.target.labels?.map((label) => csvCell(label, header.delimiter));
    this.#counts = new Array<number>(channelsOf(ready.shape)).fill(0);
    this.#keep = options.keep?.map((name) => columnOf(header.names, name, table.filename));
    if (work.withHeader) this.#lines.push(headerLine(work));
  }

  add(cells: readonly string[], row: number, raw: string): void {
    const { delimiter } = this.#work.header;
    const bad = this.#encoder.encode(cells, this.#columns, this.#kept.length);
    if (bad !== undefined) {
      const place = `row ${row}, column ${bad.column}: ${bad.problem}`;
      if (this.#work.options.on_error !== "skip")
        throw new FileError("bad_cell", `${this.#work.table.filename}, ${place}.`);
      this.skip(place);
      return;
    }
    const kept = this.#keep?.map((column) => csvCell(cells[column] ?? "", delimiter)).join(delimiter);
    this.#kept.push(kept ?? raw);
    if (this.#kept.length === BATCH) this.#flush();
  }

  skip(place: string): void {
    this.#skipped += 1;
    this.#firstSkipped ??= place;
  }

  finish(): BlockResult {
    this.#flush();
    const body = Buffer.from(this.#lines.join(""));
    const counts = this.#counts;
    return { body, rows: this.#done, skipped: this.#skipped, firstSkipped: this.#firstSkipped, counts };
  }

  #flush(): void {
    const { ready, header, options } = this.#work;
    const count = this.#kept.length;
    const output = ready.predict(this.#columns, this.#rows.subarray(0, count));
    const channels = this.#counts.length;
    const { delimiter } = header;
    const start = options.keep?.length === 0 ? "" : delimiter;
    for (let at = 0; at < count; at += 1) {
      const values = output.subarray(at * channels, (at + 1) * channels);
      this.#lines.push(`${this.#kept[at]}${start}${this.#cellsOf(values, delimiter)}\n`);
    }
    this.#done += count;
    this.#kept.length = 0;
  }

  #cellsOf(values: Float64Array, delimiter: string): string {
    const counts = this.#counts;
    if (this.#labels === undefined) {
      counts[0] = (counts[0] ?? 0) + (values[0] ?? 0);
      return String(values[0]);
    }
    const best = largestOf(values);
    counts[best] = (counts[best] ?? 0) + 1;
    let cells = this.#labels[best] ?? "";
    if (!this.#work.options.probabilities) return cells;
    for (const value of values) cells += delimiter + Math.round(value * 1e6) / 1e6;
    return cells;
  }
}

function headerLine({ header, ready, options, table }: BlockWork): string {
  const { names, delimiter, raw } = header;
  const cell = (name: string) => csvCell(name, delimiter);
  for (const name of options.keep ?? []) columnOf(names, name, table.filename);
  const kept = options.keep === null ? [raw] : options.keep.map(cell);
  const taken = new Set(options.keep ?? names);
  const labels = options.probabilities ? (ready.model.target.labels ?? []) : [];
  const added = [options.prediction, ...labels.map((label) => `probability_${label}`)];
  return `${[...kept, ...added.map((name) => cell(freeName(name, taken)))].join(delimiter)}\n`;
}

/** `prediction`, or `prediction_2` where the table has such a column. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
  return free;
}

function columnOf(names: readonly string[], name: string, filename: string): number {
  const found = names.indexOf(name);
  if (found !== -1) return found;
  throw new FileError("missing_column", `${filename} has no column ${name}, which the option keep names.`);
}
