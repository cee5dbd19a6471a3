import { useMemo, useState } from "preact/hooks";
import { bytes, count, counted } from "../../ui/words.ts";
import { inputUrl, isPicture, useInput } from "../input.ts";
import { Facts, Figures } from "../parts/figures.tsx";
import { Pages } from "../parts/pages.tsx";
import { Result } from "../parts/result.tsx";
import { Search } from "../parts/search.tsx";
import type { ViewerProps } from "../viewer.ts";
import { isDoubtful, languageOf, type OcrPageView, type OcrResult, preparationOf } from "./result.ts";
import { Sheet } from "./sheet.tsx";
import "../style/ocr.css";

/** The words where they stand on the page, over the picture when the browser can show it. */
export function OnPage({ job, file }: ViewerProps) {
  return (
    <Result<OcrResult> file={file} task="ocr">
      {(result) => <Read job={job} file={file} result={result} />}
    </Result>
  );
}

interface ReadProps extends ViewerProps {
  readonly result: OcrResult;
}

function Read({ job, file, result }: ReadProps) {
  const [at, setAt] = useState(0);
  const [sought, setSought] = useState("");
  const page = result.pages[at];
  const found = useMemo(() => pagesWith(result, sought), [result, sought]);
  const total = found.reduce((sum, { hits }) => sum + hits, 0);
  const seek = (text: string) => {
    setSought(text);
    const first = pagesWith(result, text)[0];
    if (first !== undefined) setAt(first.at);
  };
  return (
    <>
      <div class="tools">
        <Search
          label="Search in the text"
          value={sought}
          onInput={seek}
          said={sought === "" ? "" : `${counted(total, "word")} on ${counted(found.length, "page")}`}
        />
        <Pages at={at} total={result.pages.length} onChange={setAt} />
      </div>
      {page !== undefined && <Page job={job} file={file} result={result} page={page} sought={sought} />}
      <Numbers job={job} result={result} page={page} />
    </>
  );
}

function pagesWith({ pages, words }: OcrResult, sought: string) {
  const text = sought.trim().toLowerCase();
  if (text === "") return [];
  const hits = new Map<number, number>();
  for (const word of words)
    if (word.text.toLowerCase().includes(text)) hits.set(word.page, (hits.get(word.page) ?? 0) + 1);
  return pages.flatMap(({ page }, at) => (hits.has(page) ? [{ at, hits: hits.get(page) ?? 0 }] : []));
}

interface PageProps extends ReadProps {
  readonly page: OcrPageView;
  readonly sought: string;
}

/** A larger picture would take the browser's memory. */
const MOST_PICTURE_BYTES = 60 * 1024 * 1024;

function Page({ job, file, result, page, sought }: PageProps) {
  const input = useInput(job, file);
  const words = useMemo(() => result.words.filter((word) => word.page === page.page), [result, page]);
  if (page.error !== undefined)
    return <p class="note bad">{`Page ${page.page} was not read: ${page.error}`}</p>;
  if (words.length === 0 && page.width === 0) return <p class="empty">No text was found on this page.</p>;
  const fits = isPicture(file.filename) && file.bytes <= MOST_PICTURE_BYTES;
  const picture = input === "kept" && fits && result.pages.length === 1 ? inputUrl(job, file) : undefined;
  return (
    <>
      <Sheet page={page} words={words} sought={sought} picture={picture} />
      {picture === undefined && input !== "asking" && (
        <p class="quiet small">{whyNoPicture(input, file.bytes)}</p>
      )}
    </>
  );
}

function whyNoPicture(input: "kept" | { readonly why: string }, size: number): string {
  const words = "The words stand where they were read.";
  if (input !== "kept") return `${input.why} ${words}`;
  return size > MOST_PICTURE_BYTES
    ? `The picture has ${bytes(size)}, too many to be shown here. ${words}`
    : `Browsers do not show the pages of this format. ${words}`;
}

function Numbers({
  job,
  result,
  page,
}: Pick<ReadProps, "job" | "result"> & { readonly page: OcrPageView | undefined }) {
  const doubtful = result.words.filter(isDoubtful).length;
  const { languages } = job.options;
  return (
    <>
      <Figures
        of={[
          { value: result.average_confidence.toFixed(1), label: "mean confidence" },
          {
            value: count(doubtful),
            label: doubtful === 1 ? "doubtful word, in red" : "doubtful words, in red",
          },
          { value: count(result.word_count), label: "words" },
          typeof languages === "string" ? { value: languages, label: "language" } : undefined,
        ]}
      />
      {page !== undefined && (
        <Facts
          of={[
            ["Page", `${page.width} × ${page.height} pixels`],
            ["Preparation", preparationOf(page)],
            ["Language", languageOf(page)],
            [
              "Confidence of the page",
              result.pages.length > 1 ? page.average_confidence.toFixed(1) : undefined,
            ],
          ]}
        />
      )}
    </>
  );
}
