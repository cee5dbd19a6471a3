import { useEffect, useState } from "preact/hooks";
import type { FileView } from "../../../shared/contract/jobs.ts";
import { request, sentenceOf } from "../data/api.ts";
import type { Loaded } from "./result.ts";

/** The beginning of a result as text. */
export interface ResultStart {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Loads the first bytes of a result, however large it is. A character that is cut at the end is left out. */
export function useStart({ url, result_bytes: size = 0 }: FileView, bytes: number): Loaded<ResultStart> {
  const [loaded, setLoaded] = useState<Loaded<ResultStart>>({ state: "loading" });
  useEffect(() => {
    if (url === undefined) return setLoaded({ state: "failed", error: "The file has no result." });
    const asked = new AbortController();
    setLoaded({ state: "loading" });
    startOf(url, { bytes, size, signal: asked.signal }).then(
      (value) => setLoaded({ state: "ready", value }),
      (error: unknown) => asked.signal.aborted || setLoaded({ state: "failed", error: sentenceOf(error) }),
    );
    return () => asked.abort();
  }, [url, size, bytes]);
  return loaded;
}

interface Wanted {
  readonly bytes: number;
  readonly size: number;
  readonly signal: AbortSignal;
}

async function startOf(url: string, { bytes, size, signal }: Wanted): Promise<ResultStart> {
  const headers = size > bytes ? { range: `bytes=0-${bytes - 1}` } : {};
  const answer = await request(url, { headers, signal });
  const isWhole = answer.status !== 206;
  // With `stream` the bytes of a cut character wait for more.
  return { text: new TextDecoder().decode(await answer.arrayBuffer(), { stream: !isWhole }), isWhole };
}
