import type { ChangeHub } from "../hub.ts";
import type { NewFile, NewJob } from "./newJob.ts";
import type { RecordOfJobs } from "./port.ts";

export interface RecordUnderTest {
  open(options: RecordOptions): Promise<RecordOfJobs>;
  cleanUp(): Promise<void>;
}

export interface RecordOptions {
  readonly hub: ChangeHub;
}

/** The record under test, and a restart of it. */
export interface RecordRun {
  readonly jobs: RecordOfJobs;
  readonly hub: ChangeHub;
  reopen(): Promise<void>;
}

export const started = { type: "started", at: 2 } as const;
export const ended = { type: "ended", at: 9 } as const;

export function done(index: number) {
  const result = {
    resultKey: `k${index}`,
    resultBytes: 4,
    resultSha256: "f".repeat(64),
    attempts: 1,
    seconds: 0.5,
  };
  return { type: "file_done", index, at: 3, ...result } as const;
}

export function failed(index: number) {
  return { type: "file_failed", index, at: 3, code: "corrupt", error: "No.", attempts: 2 } as const;
}

export function partStored(index: number, digest: string, map = "main") {
  const file = { key: `part-${digest}`, filename: "a\0.txt", bytes: 5, sha256: "e".repeat(64) };
  return {
    type: "part_stored",
    record: { map, digest, part: { ok: true, index, file, summary: "s" } },
  } as const;
}

export function failedPart(index: number) {
  const part = { ok: false, index, code: "corrupt", error: "No." } as const;
  return { type: "part_stored", record: { map: "main", digest: "df", part } } as const;
}

export function newJob(id: string, filenames: readonly string[], more: Partial<NewJob> = {}): NewJob {
  const files = filenames.map(
    (filename, index): NewFile => ({
      index,
      key: `input-${id}-${index}`,
      filename,
      bytes: 10 + index,
      sha256: "a".repeat(64),
      resultName: (stem) => `${stem}.json`,
    }),
  );
  return {
    id,
    task: "text",
    options: {},
    priority: 1,
    seed: 4_294_967_295,
    createdAt: 1_700_000_000_000,
    files,
    ...more,
  };
}

export async function resultNames(jobs: RecordOfJobs, job: string): Promise<string[]> {
  return (await jobs.files(job)).map(({ resultName }) => resultName);
}
