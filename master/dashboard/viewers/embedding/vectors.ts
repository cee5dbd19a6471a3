import { useEffect, useState } from "preact/hooks";
import type { FileView, JobDetail, JobView } from "../../../../shared/contract/jobs.ts";
import { getJson, sentenceOf } from "../../data/api.ts";
import type { EmbeddingResult, Sparse } from "./result.ts";

/** Files that the map shows: a square of more is finer than a screen. */
export const MOST_FILES = 60;
/** Bytes of their results that are loaded. */
const MOST_BYTES = 24 * 1024 * 1024;
/** Requests at a time. */
const AT_ONCE = 4;

export interface Vector {
  readonly file: FileView;
  readonly sparse: Sparse;
}

export interface Vectors {
  readonly state: "loading" | "ready" | "failed";
  readonly found: readonly Vector[];
  readonly error?: string;
}

/** Vectors of files of the job: as many as fit, from the one that is shown or, in a small job, from the first. */
export function useVectors({ id, counts: { total } }: JobView, { index }: FileView): Vectors {
  const from = total <= MOST_FILES ? 0 : Math.max(0, Math.min(index - (MOST_FILES >> 1), total - MOST_FILES));
  const [vectors, setVectors] = useState<Vectors>({ state: "loading", found: [] });
  useEffect(() => {
    const asked = new AbortController();
    setVectors({ state: "loading", found: [] });
    load(id, from, asked.signal).then(
      (found) => setVectors({ state: "ready", found }),
      (error: unknown) =>
        asked.signal.aborted || setVectors({ state: "failed", found: [], error: sentenceOf(error) }),
    );
    return () => asked.abort();
  }, [id, from]);
  return vectors;
}

async function load(id: string, from: number, signal: AbortSignal): Promise<readonly Vector[]> {
  const { files } = await getJson<JobDetail>(`/jobs/${id}?from=${from}&limit=${MOST_FILES}`, signal);
  let bytes = 0;
  const wanted = files.filter(({ state, result_bytes: size = 0 }) => {
    if (state !== "done" || bytes + size > MOST_BYTES) return false;
    bytes += size;
    return true;
  });
  const found: Vector[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE)
    found.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((file) => vectorOf(file, signal)))));
  return found;
}

async function vectorOf(file: FileView, signal: AbortSignal): Promise<Vector> {
  const { sparse } = await getJson<EmbeddingResult>(file.url ?? "", signal);
  return { file, sparse };
}
