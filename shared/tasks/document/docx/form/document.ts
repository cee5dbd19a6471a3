import type { DocxBlock } from "../blocks.ts";

/** A document as it is written: its body, then what follows it. */
export interface WholeDocument {
  readonly blocks: readonly DocxBlock[];
  readonly notes: readonly { readonly mark: string; readonly blocks: readonly DocxBlock[] }[];
  /** Texts of charts and diagrams, a line for each point or box. */
  readonly graphics: readonly string[];
}
