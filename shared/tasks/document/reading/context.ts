import type { JsonObject, StepFile } from "../../task.ts";

/** What a reader of a format gets beside the file and the options. */
export interface ReadContext {
  /** Tells that the work goes on. */
  progress(): void;
  /** Reads a file inside of the file, or gives the reason why it cannot be read. */
  inside(file: StepFile): Promise<Inside>;
}

export type Inside =
  | {
      readonly ok: true;
      readonly text: string;
      /** The fields of its own result; null where those before it have taken the room. */
      readonly result: JsonObject | null;
    }
  | { readonly ok: false; readonly error: string };
