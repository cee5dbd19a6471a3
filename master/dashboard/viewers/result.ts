import { useEffect, useState } from "preact/hooks";
import type { FileView } from "../../../shared/contract/jobs.ts";
import { request, sentenceOf } from "../data/api.ts";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly error: string };

/** Results above this many bytes are offered for download instead: a tree of them would stop the browser. */
export const MOST_SHOWN_BYTES = 32 * 1024 * 1024;

/** The JSON result of a file, loaded once for all viewers that show it. */
export function useResult(file: FileView): Loaded<unknown> {
  const text = useText(file);
  return text.state === "ready" ? parsed(text.value) : text;
}

/** The result of a file as text. */
export function useText({
  url,
  result_bytes: bytes = 0,
  result_sha256: digest = "",
}: FileView): Loaded<string> {
  const [loaded, setLoaded] = useState<Loaded<string>>({ state: "loading" });
  useEffect(() => {
    if (url === undefined) return setLoaded({ state: "failed", error: "The file has no result." });
    if (bytes > MOST_SHOWN_BYTES)
      return setLoaded({ state: "failed", error: "The result is too large to be shown here: download it." });
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

let kept: { readonly key: string; readonly text: Promise<string> } | undefined;

/** The last result is kept: its tabs show the same one. */
function textAt(key: string): Promise<string> {
  if (kept?.key === key) return kept.text;
  const [url = ""] = key.split("#");
  const text = request(url).then((answer) => answer.text());
  kept = { key, text };
  text.catch(() => {
    kept = undefined;
  });
  return text;
}

let last: { readonly text: string; readonly result: Loaded<unknown> } | undefined;

/** Parses each text once: several tabs draw the same one again and again. */
function parsed(text: string): Loaded<unknown> {
  if (last?.text !== text) last = { text, result: parse(text) };
  return last.result;
}

function parse(text: string): Loaded<unknown> {
  try {
    return { state: "ready", value: JSON.parse(text) };
  } catch {
    return { state: "failed", error: "The result is no JSON." };
  }
}
