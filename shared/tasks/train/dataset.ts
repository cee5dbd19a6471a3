import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Bins, binsOf } from "../../ml/binning.ts";
import type { CategoryFeature, Feature, NumberFeature } from "../../ml/features.ts";
import type { LearnTable, ModelKind } from "../../ml/fitting.ts";
import type { FeatureColumns } from "../../ml/forest/vote.ts";
import { bytesOf, openPacked, type PackedEntry, type PackedFile, packedStart } from "../../ml/pack.ts";
import { cached } from "../cached.ts";
import type { StepFile } from "../task.ts";

/** A feature with the number of its rows without a value. */
export type CountedFeature = (NumberFeature | CategoryFeature) & { readonly missing: number };

/** All about the encoded table that is not an array. */
export interface DatasetHead {
  readonly features: readonly CountedFeature[];
  readonly target: { readonly name: string; readonly labels?: readonly string[] | undefined };
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly rows: number;
  readonly withoutTarget: number;
  readonly files: readonly {
    readonly filename: string;
    readonly input_sha256: string;
    readonly rows: number;
  }[];
}

export interface DatasetContents {
  readonly head: DatasetHead;
  /** Values of a feature; asked for once for each, in their order. */
  readonly column: (feature: number) => Float64Array;
  readonly target: Float64Array;
  /** Group of each row: the rows that are held out, and the folds. */
  readonly groups: Uint8Array;
  readonly onColumn: () => void;
}

/** Room for the limits of the bins of a feature. */
const BINS = 256;

/** Whether a model learns from bins; to find them takes longer than to read them. */
function needsBins(model: ModelKind): boolean {
  return model === "random-forest" || model === "gradient-boosted-trees";
}

/** Writes an encoded table; one column of it is in memory at a time. */
export async function writeDataset(path: string, contents: DatasetContents, model: ModelKind): Promise<void> {
  const { head } = contents;
  const entries: PackedEntry[] = [
    ["target", "f64", head.rows],
    ["groups", "u8", head.rows],
    ...head.features.flatMap((_, at): PackedEntry[] => [
      [`column-${at}`, "f64", head.rows],
      ...(needsBins(model) ? binEntries(at, head.rows) : []),
    ]),
  ];
  const bytes = Readable.from(pieces(contents, { start: packedStart(head, entries), model }));
  await pipeline(bytes, createWriteStream(path));
}

function binEntries(at: number, rows: number): PackedEntry[] {
  return [
    [`bins-${at}`, "u8", rows],
    [`least-${at}`, "f64", BINS],
    [`largest-${at}`, "f64", BINS],
  ];
}

function* pieces(
  { head, column, target, groups, onColumn }: DatasetContents,
  { start, model }: { readonly start: Buffer; readonly model: ModelKind },
): Generator<Buffer> {
  yield start;
  yield bytesOf(target);
  yield bytesOf(groups);
  for (const [at, feature] of head.features.entries()) {
    const values = column(at);
    yield bytesOf(values);
    onColumn();
    if (!needsBins(model)) continue;
    const { of, least, largest } = binsOf(feature, values);
    yield bytesOf(of);
    for (const limits of [least, largest]) {
      const padded = new Float64Array(BINS);
      padded.set(limits);
      yield bytesOf(padded);
    }
  }
}

/** The encoded table without what only some fits need. */
export interface Dataset {
  readonly head: DatasetHead;
  readonly features: readonly Feature[];
  /** Number of classes; 0 for numbers. */
  readonly classes: number;
  /** Class or number of each row. */
  readonly target: Float64Array;
  readonly groups: Uint8Array;
  /** The table that a model of this kind learns from. */
  learnTable(model: ModelKind): Promise<LearnTable>;
  /** The values of these rows only, in the order of the features. */
  columnsOf(rows: Int32Array): Promise<FeatureColumns>;
}

/** What a child keeps of the table that it works on: its file may be another one for the next unit. */
interface Kept {
  readonly packed: PackedFile<DatasetHead>;
  readonly target: Float64Array;
  readonly groups: Uint8Array;
  table?: LearnTable;
}

const keptOf = cached(async (file): Promise<Kept> => {
  const packed = await openPacked<DatasetHead>(file);
  const target = await packed.read(file, "target", "f64");
  return { packed, target, groups: await packed.read(file, "groups", "u8") };
});

export async function openDataset(file: StepFile): Promise<Dataset> {
  const kept = await keptOf(file);
  const { packed, target, groups } = kept;
  const { head } = packed;
  const { features } = head;
  const classes = head.target.labels?.length ?? 0;
  return {
    ...{ head, features, classes, target, groups },
    learnTable: async (model) => {
      kept.table ??= {
        ...{ features, classes, target },
        columns: needsBins(model) ? [] : await allColumns(packed, file),
        bins: needsBins(model) ? await allBins(packed, file) : [],
      };
      return kept.table;
    },
    columnsOf: async (rows) => {
      const columns: Float64Array[] = [];
      for (const at of features.keys()) {
        const values = await packed.read(file, `column-${at}`, "f64");
        columns.push(Float64Array.from(rows, (row) => values[row] ?? 0));
      }
      return columns;
    },
  };
}

async function allColumns({ head, read }: PackedFile<DatasetHead>, file: StepFile): Promise<Float64Array[]> {
  const columns: Float64Array[] = [];
  for (const at of head.features.keys()) columns.push(await read(file, `column-${at}`, "f64"));
  return columns;
}

async function allBins({ head, read }: PackedFile<DatasetHead>, file: StepFile): Promise<Bins[]> {
  const bins: Bins[] = [];
  for (const at of head.features.keys())
    bins.push({
      of: await read(file, `bins-${at}`, "u8"),
      least: await read(file, `least-${at}`, "f64"),
      largest: await read(file, `largest-${at}`, "f64"),
    });
  return bins;
}
