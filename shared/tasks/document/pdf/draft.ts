import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile, StepOutput } from "../../task.ts";
import type { PdfPage } from "./page.ts";
import type { PdfHead } from "./read.ts";

/** Intermediate file of the units of one PDF: its head and some of its pages. */
export interface Draft {
  /** Name and hash of the PDF; the unit that makes the result gets only drafts. */
  readonly file: Pick<StepFile, "filename" | "sha256">;
  readonly head: PdfHead;
  readonly pages: readonly PdfPage[];
}

/** Facts about a draft that `run` needs; they fit into a part's `info`. */
export type PdfPlan = {
  readonly page_count: number;
  /** Number of pages that one unit reads. */
  readonly per_unit: number;
  /** Pages in the draft, from 1, both included; `to` is below `from` where there are none. */
  readonly from: number;
  readonly to: number;
  /** A bit for each page of the draft, set where it has no text layer; base64. */
  readonly blank: string;
};

/** Makes the part of a draft. */
export function draftOutput(draft: Draft, range: Omit<PdfPlan, "page_count" | "blank">): StepOutput {
  const bits = Buffer.alloc(Math.ceil(draft.pages.length / 8));
  for (const [at, page] of draft.pages.entries()) {
    if (!page.has_text_layer) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  const plan: PdfPlan = { ...range, page_count: draft.head.page_count, blank: bits.toString("base64") };
  return { body: Buffer.from(JSON.stringify(draft), "utf8"), info: { plan: { ...plan } } };
}

/** The plan of a part; undefined for a part that is a result. */
export function planOf(info: JsonObject | undefined): PdfPlan | undefined {
  return info?.plan === undefined ? undefined : (info.plan as PdfPlan);
}

/** Numbers of the pages of a draft that have no text layer. */
export function blankPages({ from, to, blank }: PdfPlan): number[] {
  const bits = Buffer.from(blank, "base64");
  const all = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => at);
  return all.filter((at) => ((bits[at >> 3] ?? 0) >> (at & 7)) & 1).map((at) => from + at);
}

export async function readDraft(file: StepFile | undefined): Promise<Draft> {
  if (file === undefined) throw new FileError("no_file", "This step needs the drafts of a PDF.");
  return JSON.parse((await file.read()).toString("utf8")) as Draft;
}
