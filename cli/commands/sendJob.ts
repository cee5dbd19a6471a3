import type { AssignLine, FileView } from "../../shared/contract/jobs.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { type InputProblem, type LocalInput, unreadable } from "../files/collect.ts";
import { resultPlace } from "../files/resultPlace.ts";
import type { Progress } from "../output/progress.ts";
import { fileFromPath, fileFromStream, type ManyhandsClient, type UploadFile } from "../sdk/index.ts";
import { type Fetched, Fetching } from "./fetching.ts";

export interface JobRequest {
  readonly client: ManyhandsClient;
  readonly signal: AbortSignal;
  readonly task: string;
  readonly options: JsonObject;
  /** 1 to 10; the master's default unless said. */
  readonly priority?: number | undefined;
  readonly inputs: readonly LocalInput[];
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Folder for the results; without one they are not fetched. */
  readonly out?: string | undefined;
  readonly progress: Progress;
}

export type EndLine = Extract<AssignLine, { type: "end" }>;

/** State of a job, filled in while it runs, so that an interrupted job can be reported too. */
export interface JobOutcome {
  jobId: string | undefined;
  end: EndLine | undefined;
  /** By index in the upload, with holes for files that have not ended. */
  readonly files: FileOutcome[];
  /** Files that could not be opened during the upload. */
  readonly unreadable: InputProblem[];
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
  return { jobId: undefined, end: undefined, files: [], unreadable: [], attachments: [] };
}

/** The files that have ended, in the order of the upload. */
export function filesThatEnded(files: readonly FileOutcome[]): readonly FileOutcome[] {
  return files.filter((file) => file !== undefined);
}

/** Sends the inputs as one job, follows the job until it ends, and fetches results as they appear. */
export async function sendJob(request: JobRequest, outcome: JobOutcome): Promise<void> {
  const { client, inputs, progress, signal } = request;
  const byFile = new Map<UploadFile, LocalInput>(inputs.map((input) => [uploadFile(input, request), input]));
  const sent: LocalInput[] = [];
  progress.sending(inputs.length, totalBytes(inputs));
  const lines = client.uploadLines({
    task: request.task,
    options: request.options,
    priority: request.priority,
    files: byFile.keys(),
    signal,
    onBegin: (file) => sent.push(byFile.get(file) ?? unknownInput(file)),
    onSent: progress.sent,
    onUnreadable: (file, error) =>
      outcome.unreadable.push(unreadable(byFile.get(file)?.path ?? file.name, error)),
  });
  const fetching = new Fetching(request);
  try {
    const master = client.url;
    for await (const line of lines) noteLine(line, { outcome, sent, progress, fetching, master });
  } finally {
    await fetching.ended();
  }
}

interface LineTargets {
  readonly outcome: JobOutcome;
  readonly sent: readonly LocalInput[];
  readonly progress: Progress;
  readonly fetching: Fetching;
  /** URL of the master. */
  readonly master: string;
}

function noteLine(line: AssignLine, targets: LineTargets): void {
  const { outcome, sent, progress, fetching, master } = targets;
  switch (line.type) {
    case "job":
      outcome.jobId = line.job_id;
      progress.working(line.total_files);
      return;
    case "file": {
      const { type: _type, ...view } = line;
      const input = sent[view.index];
      const path = input?.path ?? view.filename;
      const file: FileOutcome = { path, view, place: resultPlace(view, master) };
      outcome.files[view.index] = file;
      progress.ended({ ...view, filename: file.path });
      fetching.add(file, { ...view, path: input?.name });
      return;
    }
    case "end":
      outcome.end = line;
      for (const attachment of line.attachments) {
        const place = resultPlace(attachment, master);
        const saved: SavedAttachment = { name: attachment.name, place };
        outcome.attachments.push(saved);
        fetching.add(saved, attachment);
      }
  }
}

function uploadFile(input: LocalInput, { stdin }: JobRequest): UploadFile {
  return input.isStdin
    ? fileFromStream(input.name, stdin)
    : fileFromPath(input.raw ?? input.path, input.name);
}

function unknownInput(file: UploadFile): LocalInput {
  return { path: file.name, name: file.name, bytes: undefined };
}

function totalBytes(inputs: readonly LocalInput[]): number | undefined {
  let total = 0;
  for (const { bytes } of inputs) {
    if (bytes === undefined) return undefined;
    total += bytes;
  }
  return total;
}
