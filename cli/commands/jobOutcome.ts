import type { FileView } from "../../shared/contract/jobs.ts";
import type { InputProblem } from "../files/look.ts";
import type { Job, JobSummary } from "../sdk/index.ts";
import type { Fetched } from "./fetching.ts";

/** State of a job, filled in while it runs, so that an interrupted job can be reported too. */
export interface JobOutcome {
  /** Undefined while the files are being sent. */
  job: Job | undefined;
  /** Whether the last file has begun to be sent: the master may have a job whose answer did not arrive. */
  allBegun: boolean;
  end: JobSummary | undefined;
  /** By index in the upload, with holes for files that have not ended. */
  readonly files: FileOutcome[];
  /** Files that could not be opened during the upload, by path. */
  readonly unreadable: Map<string, InputProblem>;
  readonly attachments: SavedAttachment[];
}

export interface FileOutcome extends Fetched {
  /** Path on this machine. */
  readonly path: string;
  readonly view: FileView;
  /** Path of the result where it is on this machine, else its address. */
  readonly place: string;
}

export interface SavedAttachment extends Fetched {
  readonly name: string;
  /** As `FileOutcome.place`. */
  readonly place: string;
}

export function emptyOutcome(): JobOutcome {
  return {
    ...{ job: undefined, allBegun: false, end: undefined },
    ...{ files: [], unreadable: new Map(), attachments: [] },
  };
}

/** The files that have ended, in the order of the upload. */
export function filesThatEnded(files: readonly FileOutcome[]): readonly FileOutcome[] {
  return files.filter((file) => file !== undefined);
}
