import { FileError } from "../../errors.ts";
import { ByteRows } from "../../ml/byteRows.ts";
import { csvCell } from "../../ml/csv.ts";
import { type RowEncoder, rowEncoder } from "../../ml/encoding.ts";
import { largestOf } from "../../ml/metrics.ts";
import { channelsOf, type ModelShape, type Predictor } from "../../ml/predicting.ts";
import type { Header, TableRange } from "../../ml/rows.ts";
import type { TrainedModel } from "../../ml/trained.ts";
import type { StepFile } from "../task.ts";
import { ByteWriter } from "./byteWriter.ts";
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
 * @throws FileError `bad_cell`, `bad_table`, `missing_column`, `unsupported_encoding`; the first two name the row
 */
export async function predictBlock(work: BlockWork): Promise<BlockResult> {
  const { table, header, range, options } = work;
  const { delimiter, names } = header;
  const bytes = await table.slice(range.from, range.to - range.from);
  const rows = new ByteRows({ filename: table.filename, bytes, delimiter, names, row: range.row });
  const writer = new BlockWriter(work, bytes);
  while (rows.next()) {
    if (rows.isWhole) writer.add(rows);
    else if (options.on_error === "skip") writer.skip(`row ${rows.row}: wrong number of cells`);
    else throw rows.ragged;
  }
  return writer.finish();
}

class BlockWriter {
  readonly #work: BlockWork;
  readonly #bytes: Uint8Array;
  readonly #encoder: RowEncoder;
  readonly #columns: readonly Float64Array[];
  readonly #rows = Int32Array.from({ length: BATCH }, (_, at) => at);
  /** Where the rows of the batch stand. */
  readonly #from = new Int32Array(BATCH);
  readonly #to = new Int32Array(BATCH);
  /** The cells that are kept of each row, where not all are. */
  readonly #kept: string[] = [];
  readonly #keep: readonly number[] | undefined;
  readonly #written = new ByteWriter();
  readonly #labels: readonly Uint8Array[] | undefined;
  readonly #delimiter: Uint8Array;
  readonly #counts: number[];
  #waiting = 0;
  #done = 0;
  #skipped = 0;
  #firstSkipped: string | undefined;

  constructor(work: BlockWork, bytes: Uint8Array) {
    const { header, ready, options, table } = work;
    const { features } = ready.shape;
    const { delimiter, names } = header;
    const { filename } = table;
    this.#work = work;
    this.#bytes = bytes;
    this.#encoder = rowEncoder({ features, names, filename, badIsMissing: options.on_error === "missing" });
    this.#columns = features.map(() => new Float64Array(BATCH));
    this.#delimiter = Buffer.from(delimiter);
    this.#labels = ready.model.target.labels?.map((label) => Buffer.from(csvCell(label, delimiter)));
    this.#counts = new Array<number>(channelsOf(ready.shape)).fill(0);
    this.#keep = options.keep?.map((name) => columnOf(names, name, filename));
    if (work.withHeader) this.#written.text(headerLine(work));
  }

  /** Takes the row that `rows` stands at. @throws FileError `bad_cell` */
  add(rows: ByteRows): void {
    const bad = this.#encoder.encode(rows, this.#columns, this.#waiting);
    if (bad !== undefined) {
      const place = `row ${rows.row}, column ${bad.column}: ${bad.problem}`;
      if (this.#work.options.on_error !== "skip")
        throw new FileError("bad_cell", `${this.#work.table.filename}, ${place}.`);
      this.skip(place);
      return;
    }
    this.#from[this.#waiting] = rows.from;
    this.#to[this.#waiting] = rows.to;
    if (this.#keep !== undefined) this.#kept[this.#waiting] = this.#keptOf(rows, this.#keep);
    this.#waiting += 1;
    if (this.#waiting === BATCH) this.#flush();
  }

  skip(place: string): void {
    this.#skipped += 1;
    this.#firstSkipped ??= place;
  }

  finish(): BlockResult {
    this.#flush();
    return {
      body: this.#written.finish(),
      rows: this.#done,
      skipped: this.#skipped,
      firstSkipped: this.#firstSkipped,
      counts: this.#counts,
    };
  }

  #keptOf(rows: ByteRows, keep: readonly number[]): string {
    const { delimiter } = this.#work.header;
    return keep.map((column) => csvCell(rows.cell(column), delimiter)).join(delimiter);
  }

  #flush(): void {
    const { ready, options, progress } = this.#work;
    const count = this.#waiting;
    const output = ready.predict(this.#columns, this.#rows.subarray(0, count));
    for (let at = 0; at < count; at += 1) {
      if (this.#keep === undefined) this.#written.copy(this.#bytes, this.#from[at], this.#to[at]);
      else this.#written.text(this.#kept[at] ?? "");
      if (options.keep?.length !== 0) this.#written.copy(this.#delimiter);
      this.#writeCells(output, at * this.#counts.length);
      this.#written.copy(NEWLINE);
    }
    this.#done += count;
    this.#waiting = 0;
    progress();
  }

  /** @param from index of the first output of the row */
  #writeCells(output: Float64Array, from: number): void {
    const counts = this.#counts;
    if (this.#labels === undefined) {
      const value = output[from] ?? 0;
      counts[0] = (counts[0] ?? 0) + value;
      this.#written.text(String(value));
      return;
    }
    const best = largestOf(output, from, counts.length);
    counts[best] = (counts[best] ?? 0) + 1;
    this.#written.copy(this.#labels[best] ?? NEWLINE);
    if (!this.#work.options.probabilities) return;
    for (let at = 0; at < counts.length; at += 1) {
      this.#written.copy(this.#delimiter);
      this.#written.share(output[from + at] ?? 0);
    }
  }
}

const NEWLINE = Buffer.from("\n");

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
