import { useMemo, useState } from "preact/hooks";
import { count, counted } from "../../ui/words.ts";
import { Copy } from "../parts/copy.tsx";
import { Marked, matches } from "../parts/marked.tsx";
import { Result } from "../parts/result.tsx";
import { Search } from "../parts/search.tsx";
import type { ViewerProps } from "../viewer.ts";
import { isDoubtful, type OcrResult } from "./result.ts";
import "../style/ocr.css";

/** The text of all pages in reading order, to read, search and copy, and the words to check. */
export function OcrText({ file }: ViewerProps) {
  return (
    <Result<OcrResult> file={file} task="ocr">
      {(result) => <Text result={result} />}
    </Result>
  );
}

function Text({ result }: { readonly result: OcrResult }) {
  const [sought, setSought] = useState("");
  const hits = useMemo(() => matches(result.extracted_text, sought), [result, sought]);
  return (
    <>
      <div class="tools">
        <Search
          label="Search in the text"
          value={sought}
          onInput={setSought}
          said={sought.trim() === "" ? "" : counted(hits, "place")}
        />
        <Copy text={result.extracted_text} what="Copy text" />
      </div>
      {result.extracted_text.trim() === "" ? (
        <p class="empty">No text was found.</p>
      ) : (
        result.pages.map((page) => (
          <div key={page.page} class="readtext">
            {result.pages.length > 1 && <h3>{`Page ${page.page}`}</h3>}
            {page.error === undefined ? (
              <Marked text={page.text.trimEnd()} sought={sought} />
            ) : (
              <p class="err">{page.error}</p>
            )}
          </div>
        ))
      )}
      <Doubtful result={result} />
    </>
  );
}

const MOST_DOUBTFUL = 200;

function Doubtful({ result }: { readonly result: OcrResult }) {
  const doubtful = useMemo(
    () => result.words.filter(isDoubtful).toSorted((a, b) => a.confidence - b.confidence),
    [result],
  );
  if (doubtful.length === 0) return null;
  const shown = doubtful.slice(0, MOST_DOUBTFUL);
  return (
    <section class="sect" aria-label="Doubtful words">
      <h3>
        Doubtful words{" "}
        <small class="quiet">{`least sure first, ${count(shown.length)} of ${count(doubtful.length)}`}</small>
      </h3>
      <p class="chips">
        {shown.map(({ text, confidence }, at) => (
          <span key={at} class="chip low">
            {text} <i>{Math.round(confidence)}</i>
          </span>
        ))}
      </p>
    </section>
  );
}
