import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count, counted } from "../../ui/words.ts";
import { Copy } from "../parts/copy.tsx";
import { Facts } from "../parts/figures.tsx";
import { Marked, matches } from "../parts/marked.tsx";
import { Pages } from "../parts/pages.tsx";
import { Search } from "../parts/search.tsx";
import { Section } from "../parts/section.tsx";
import type { PdfPageView, PdfResult } from "./result.ts";

interface PdfProps {
  readonly result: PdfResult;
  /** Shown below the page. */
  readonly children: ComponentChildren;
}

/** A PDF page by page. */
export function Pdf({ result, children }: PdfProps) {
  const [at, setAt] = useState(0);
  const [sought, setSought] = useState("");
  const { pages, pages_without_text: silent, damaged_pages: damaged } = result;
  const seek = (text: string) => {
    setSought(text);
    const first = pages.findIndex((page) => matches(page.text, text) > 0);
    if (first >= 0) setAt(first);
  };
  const page = pages[at];
  return (
    <>
      {silent.length > 0 && <p class="note">{withoutText(silent, pages.length)}</p>}
      {damaged.length > 0 && <p class="note bad">{`Damaged: ${numbers(damaged)}.`}</p>}
      <div class="tools">
        <Search label="Search in the pages" value={sought} onInput={seek} said={saidOf(pages, sought)} />
        <Pages at={at} total={pages.length} onChange={setAt} />
      </div>
      {page !== undefined && <Page page={page} sought={sought} />}
      {children}
      {page !== undefined && <Extras page={page} />}
    </>
  );
}

function saidOf(pages: readonly PdfPageView[], sought: string): string {
  if (sought.trim() === "") return "";
  const hits = pages.map(({ text }) => matches(text, sought)).filter((n) => n > 0);
  return `${counted(
    hits.reduce((sum, n) => sum + n, 0),
    "place",
  )} on ${counted(hits.length, "page")}`;
}

function withoutText(silent: readonly number[], total: number): string {
  const which =
    silent.length === total ? "No page has" : `${numbers(silent)} ${silent.length === 1 ? "has" : "have"} no`;
  return silent.length === total
    ? `${which} a text layer: these are scans or drawings. The task ocr reads them, or the option ocr of this task.`
    : `${which} text layer. The task ocr reads such pages, or the option ocr of this task.`;
}

const MOST_NAMED = 20;

function numbers(pages: readonly number[]): string {
  const named = pages.slice(0, MOST_NAMED).join(", ");
  const rest = pages.length > MOST_NAMED ? ` and ${count(pages.length - MOST_NAMED)} more` : "";
  return `${pages.length === 1 ? "page" : "pages"} ${named}${rest}`.replace(/^p/, "P");
}

function Page({ page, sought }: { readonly page: PdfPageView; readonly sought: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard.
    <article class="leafroom" aria-label={`Page ${page.number}`} tabIndex={0}>
      <header>
        <span>{`Page ${page.number}`}</span>
        <span>{`${sizeOf(page)}, ${counted(page.word_count, "word")}`}</span>
        {page.text !== "" && <Copy text={page.text} what="Copy" />}
      </header>
      {page.error !== undefined && <p class="err">{page.error}</p>}
      {page.text.trim() === "" ? (
        <p class="empty">{silence(page)}</p>
      ) : (
        <Marked text={page.text} sought={sought} />
      )}
      {page.ocr_confidence != null && (
        <p class="quiet small">{`Read by OCR, mean confidence ${page.ocr_confidence.toFixed(1)}.`}</p>
      )}
    </article>
  );
}

function silence({ has_text_layer: hasText }: PdfPageView): string {
  return hasText
    ? "The page has no words."
    : "This page has no text layer: it is a scan, a drawing or blank.";
}

/** Points are 1/72 inch. */
function sizeOf({ width, height }: PdfPageView): string {
  const millimetres = (points: number) => Math.round((points / 72) * 25.4);
  return `${millimetres(width)} × ${millimetres(height)} mm`;
}

const MOST_SHOWN = 200;

function Extras({ page: { form_fields: fields, annotations, links } }: { readonly page: PdfPageView }) {
  return (
    <>
      <Form of={fields} />
      {annotations.length > 0 && (
        <Section title="Notes" note={countOf(annotations.length)}>
          <ul class="notes">
            {annotations.slice(0, MOST_SHOWN).map(({ type, author, text }, at) => (
              <li key={at}>
                <b>{author || type}</b> {text}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {links.length > 0 && (
        <Section title="Links" note={`${countOf(links.length)}; they are not followed`}>
          <ul class="notes mono">
            {links.slice(0, MOST_SHOWN).map((link, at) => (
              <li key={at}>{link}</li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** Fields with a value one by one; of the empty ones only their number. */
function Form({ of: fields }: { readonly of: PdfPageView["form_fields"] }) {
  const filled = fields.filter(({ value }) => value.trim() !== "");
  if (fields.length === 0) return null;
  const note = `${count(filled.length)} of ${counted(fields.length, "field")} ${filled.length === 1 ? "has" : "have"} a value`;
  return (
    <Section title="Form" note={note}>
      <Facts of={filled.slice(0, MOST_SHOWN).map(({ name, value }) => [name, value])} />
    </Section>
  );
}

function countOf(total: number): string {
  return `${count(Math.min(MOST_SHOWN, total))} of ${count(total)}`;
}
