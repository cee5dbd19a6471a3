import type { StepFile } from "../../task.ts";

/** What a reader of a format gets beside the file and the options. */
export interface ReadContext {
  /** Tells that the work goes on. */
  progress(): void;
  /** Reads a file inside of the file: its text, or the reason why there is none. */
  inside(file: StepFile): Promise<Inside>;
}

export type Inside =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: string };
