import type { FileView } from "../../../../shared/contract/jobs.ts";
import { type Loaded, type ShownFile, useResult } from "../result.ts";
import { useStart } from "../start.ts";

/** What the viewers read of a result of the task train, version 1: all but the numbers of the model. */
export interface ModelResult {
  readonly model: string;
  readonly target: { readonly name: string; readonly labels?: readonly string[] };
  readonly features: readonly ModelFeature[];
  readonly left_out: readonly { readonly name: string; readonly reason: string }[];
  readonly rows: { readonly learned: number; readonly without_target: number };
  readonly parameters: Readonly<Record<string, number | null>>;
  readonly metrics: {
    readonly held_out: ModelMetrics | null;
    readonly cross_validation: ModelMetrics | null;
    readonly folds: readonly number[];
  };
  readonly search: readonly {
    readonly parameters: Readonly<Record<string, number | null>>;
    readonly score: number;
  }[];
  readonly provenance: {
    readonly version: string;
    readonly seed: number;
    readonly files: readonly {
      readonly filename: string;
      readonly input_sha256: string;
      readonly rows: number;
    }[];
  };
}

export interface ModelFeature {
  readonly name: string;
  readonly kind: "number" | "category";
  readonly categories?: readonly string[];
  readonly missing: number;
  readonly importance: number | null;
}

export interface ModelMetrics {
  readonly rows: number;
  readonly accuracy?: number;
  readonly macro_f1?: number;
  readonly log_loss?: number;
  readonly auc?: number | null;
  readonly confusion?: readonly (readonly number[])[];
  readonly roc?: readonly (readonly number[])[] | null;
  readonly rmse?: number;
  readonly mae?: number;
  readonly r2?: number | null;
}

/** Bytes that hold all but the numbers, which come last: 254 categories of 1,000 features fit. */
const HEAD_BYTES = 4 * 1024 * 1024;

/** A quote within a text is written as `\"`, so this stands nowhere else. */
const NUMBERS = ',"arrays":{';

/** A model without its numbers: those of a large forest have hundreds of megabytes. */
export function useModel(file: FileView): Loaded<unknown> {
  const start = useStart(file, HEAD_BYTES);
  const end = start.state === "ready" ? start.value.text.indexOf(NUMBERS) : -1;
  const whole = useResult(start.state === "ready" && end === -1 ? file : NONE);
  if (start.state !== "ready") return start;
  if (end === -1) return whole;
  try {
    return { state: "ready", value: JSON.parse(`${start.value.text.slice(0, end)}}`) };
  } catch {
    return { state: "failed", error: "The result is no JSON." };
  }
}

/** No file: the hook of the whole result is called each time, whether it is needed or not. */
const NONE: ShownFile = {};
