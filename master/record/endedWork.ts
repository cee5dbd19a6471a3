import { withTime } from "./histogram.ts";
import type { EndedWork, FileRecord, JobRecord } from "./job.ts";

type EndedFile = Pick<FileRecord, "seconds" | "resultBytes" | "startedAt" | "slave"> & {
  readonly at: number;
  /** Given when no slave made the result for this file. */
  readonly savedSeconds?: number | undefined;
};
type JobBefore = Pick<JobRecord, "work" | "createdAt">;

const NONE: EndedWork = { files: 0, seconds: 0, resultBytes: 0, slaves: {} };

/** The sums with one more file. */
export function withFile({ work: before = NONE, createdAt }: JobBefore, file: EndedFile): EndedWork {
  const { seconds = 0, resultBytes = 0, startedAt, slave, at, savedSeconds } = file;
  if (savedSeconds !== undefined) return withCached(before, { resultBytes, savedSeconds });
  // Of a short file only the end is known.
  const start = startedAt ?? at - seconds * 1_000;
  return {
    ...before,
    files: before.files + 1,
    seconds: before.seconds + seconds,
    resultBytes: before.resultBytes + resultBytes,
    waits: withTime(before.waits, (start - createdAt) / 1_000),
    runs: withTime(before.runs, (at - start) / 1_000),
    startedAt: earlier(before.startedAt, startedAt),
    slaves: slave === undefined ? before.slaves : oneMore(before.slaves, slave),
  };
}

/** A file that no slave did has neither waited nor run. */
function withCached(
  before: EndedWork,
  { resultBytes, savedSeconds }: { readonly resultBytes: number; readonly savedSeconds: number },
): EndedWork {
  return {
    ...before,
    files: before.files + 1,
    resultBytes: before.resultBytes + resultBytes,
    cached: (before.cached ?? 0) + 1,
    savedSeconds: (before.savedSeconds ?? 0) + savedSeconds,
  };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** A slave may be called like a member that every object has. */
function oneMore(slaves: EndedWork["slaves"], slave: string): EndedWork["slaves"] {
  const before = Object.hasOwn(slaves, slave) ? (slaves[slave] ?? 0) : 0;
  return { ...slaves, [slave]: before + 1 };
}
