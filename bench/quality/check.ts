import type { JsonObject } from "../../shared/tasks/task.ts";

/** One file of the reference corpus, with its entry of `index.json`. */
export interface CorpusFile {
  readonly file: string;
  readonly path: string;
  readonly expect: "ok" | "error" | "either";
  readonly entry: JsonObject;
}

export type Outcome =
  | { readonly ok: true; readonly body: Buffer; readonly info?: JsonObject }
  | { readonly ok: false; readonly code: string; readonly error: string };

/** One line of the quality table. */
export interface Check {
  readonly name: string;
  readonly value: number | string;
  readonly target: string;
  readonly met: boolean;
  /** Why a target is missed, and by which files. */
  readonly note?: string;
}

/** Files that go through the service as one job. */
export interface QualityJob {
  readonly options: JsonObject;
  readonly files: readonly CorpusFile[];
  /** Outcome of the files where the options change it: an encrypted file with its password. */
  readonly expect?: "ok";
}

/** What `npm run quality` runs for a task: jobs over its corpus folder, then the measures of their outcomes. */
export interface QualityCheck {
  readonly task: string;
  /** Folder below the corpus. */
  readonly folder: string;
  jobs(files: readonly CorpusFile[]): readonly QualityJob[] | Promise<readonly QualityJob[]>;
  /** `outcomes[j][i]` belongs to file i of job j. `corpus` is the folder's path, for reference files beside it. */
  score(
    jobs: readonly QualityJob[],
    outcomes: readonly (readonly Outcome[])[],
    corpus: string,
  ): Promise<readonly Check[]>;
}
