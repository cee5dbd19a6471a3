import { useEffect, useState } from "preact/hooks";
import type { FileView } from "../../../shared/contract/jobs.ts";
import { request, sentenceOf } from "../data/api.ts";
import { bytes as size } from "../ui/words.ts";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly error: string };

/** Results above this many bytes are offered for download instead: a tree of them would stop the browser. */
export const MOST_SHOWN_BYTES = 32 * 1024 * 1024;

export type ShownFile = Pick<FileView, "url" | "result_bytes" | "result_sha256">;

/** The JSON result of a file, loaded once for all viewers that show it. */
export function useResult(file: ShownFile): Loaded<unknown> {
  const text = useText(file);
  return text.state === "ready" ? parsed(text.value) : text;
}

/** The result of a file as text. */
export function useText({
  url,
  result_bytes: bytes = 0,
  result_sha256: digest = "",
}: ShownFile): Loaded<string> {
  const [loaded, setLoaded] = useState<Loaded<string>>({ state: "loading" });
  useEffect(() => {
    if (url === undefined) return setLoaded({ state: "failed", error: "The file has no result." });
    if (bytes > MOST_SHOWN_BYTES) return setLoaded({ state: "failed", error: tooLarge(bytes) });
    let isShown = true;
    setLoaded({ state: "loading" });
    textAt(`${url}#${digest}`).then(
      (value) => isShown && setLoaded({ state: "ready", value }),
      (error: unknown) => isShown && setLoaded({ state: "failed", error: sentenceOf(error) }),
    );
    return () => {
      isShown = false;
    };
  }, [url, bytes, digest]);
  return loaded;
}

function tooLarge(bytes: number): string {
  return `The result has ${size(bytes)}; up to ${size(MOST_SHOWN_BYTES)} are shown here. Download it.`;
}

/** The results that were shown last: the tabs of a file share one, and a comparison needs two. */
const KEPT = 2;
const texts = new Map<string, Promise<string>>();

function textAt(key: string): Promise<string> {
  const [url = ""] = key.split("#");
  const text = texts.get(key) ?? request(url).then((answer) => answer.text());
  keep(texts, key, text);
  text.catch(() => texts.delete(key));
  return text;
}

const results = new Map<string, Loaded<unknown>>();

/** Parses each text once: tabs draw the same one again and again. */
function parsed(text: string): Loaded<unknown> {
  const result = results.get(text) ?? parse(text);
  keep(results, text, result);
  return result;
}

function keep<T>(cache: Map<string, T>, key: string, value: T): void {
  cache.delete(key);
  cache.set(key, value);
  const [oldest = key] = cache.keys();
  if (cache.size > KEPT) cache.delete(oldest);
}

function parse(text: string): Loaded<unknown> {
  try {
    return { state: "ready", value: JSON.parse(text) };
  } catch {
    return { state: "failed", error: "The result is no JSON." };
  }
}
