import { type Bins, binsOf } from "../../ml/binning.ts";
import type { CategoryFeature, Feature, NumberFeature } from "../../ml/features.ts";
import type { LearnTable } from "../../ml/fitting.ts";
import { packArrays, unpackArrays } from "../../ml/pack.ts";

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

/** The encoded table, as it goes to the slaves. */
export interface Dataset extends LearnTable {
  readonly head: DatasetHead;
  /** Group of each row: the rows that are held out, and the folds. */
  readonly groups: Uint8Array;
}

export interface DatasetContents {
  readonly head: DatasetHead;
  readonly columns: readonly Float64Array[];
  readonly target: Float64Array;
  readonly groups: Uint8Array;
}

/** @param withBins whether the model needs bins; to find them takes longer than to read them */
export function packDataset({ head, columns, target, groups }: DatasetContents, model: string): Buffer {
  const arrays: Record<string, Float64Array | Uint8Array> = { target, groups };
  columns.forEach((column, at) => {
    arrays[`column-${at}`] = column;
  });
  if (model === "random-forest" || model === "gradient-boosted-trees")
    Object.assign(arrays, ...head.features.map((feature, at) => binArrays(feature, columns[at], at)));
  return packArrays(head, arrays);
}

function binArrays(feature: Feature, column: Float64Array = new Float64Array(0), at: number) {
  const bins = binsOf(feature, column);
  return { [`bins-${at}`]: bins.of, [`least-${at}`]: bins.least, [`largest-${at}`]: bins.largest };
}

export function unpackDataset(bytes: Buffer): Dataset {
  const packed = unpackArrays<DatasetHead>(bytes);
  const { head } = packed;
  const { features, target } = head;
  const bins = (at: number): Bins => ({
    of: packed.array(`bins-${at}`, "u8"),
    least: packed.array(`least-${at}`, "f64"),
    largest: packed.array(`largest-${at}`, "f64"),
  });
  return {
    head,
    features,
    columns: features.map((_, at) => packed.array(`column-${at}`, "f64")),
    target: packed.array("target", "f64"),
    classes: target.labels?.length ?? 0,
    bins: packed.has("bins-0") ? features.map((_, at) => bins(at)) : [],
    groups: packed.array("groups", "u8"),
  };
}
