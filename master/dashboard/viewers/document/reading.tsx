import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count, counted } from "../../ui/words.ts";
import { Copy } from "../parts/copy.tsx";
import { Pages } from "../parts/pages.tsx";
import { Section } from "../parts/section.tsx";
import { cellKind } from "./cellKind.ts";
import { Notes } from "./notes.tsx";
import type { DocumentResult, EdgeView, PlainTableView, ReadingResult, SectionView } from "./result.ts";
import { TableList } from "./tableList.tsx";

interface ReadingProps {
  readonly result: ReadingResult;
  /** Shows the result of a file inside. */
  readonly inside: (result: DocumentResult) => ComponentChildren;
  /** Shown below the text. */
  readonly children: ComponentChildren;
}

/** A document of sections: one at a time, with its tables and notes. */
export function Reading({ result, inside, children }: ReadingProps) {
  const [at, setAt] = useState(0);
  const section = result.sections[at];
  const inner = resultInside(result, at);
  const number = at + 1;
  const tables = result.tables.filter((table) => table.section === number);
  const notes = result.notes.filter((note) => note.section === number);
  return (
    <>
      <div class="tools">
        <Copy text={result.text_content} what="Copy text" />
        <Pages at={at} total={result.sections.length} onChange={setAt} what={section?.kind} />
      </div>
      {section !== undefined &&
        (inner === undefined ? (
          <Part section={section} />
        ) : (
          <Section key={at} title={section.title}>
            {inside(inner)}
          </Section>
        ))}
      {children}
      {tables.length > 0 && <TableList of={tables} show={(table) => <Rows table={table} />} />}
      <Notes title="Notes" of={notes.map(({ place, author, text }) => [place || author, text])} />
      <Notes title="Headers" of={(result.headers ?? []).map(edgeLine)} />
      <Notes title="Footers" of={(result.footers ?? []).map(edgeLine)} />
      <Notes title="Files inside" of={result.attachments.map(attachmentLine)} />
      <Notes title="Links, not followed" of={result.links.map(({ text, target }) => [text, target])} />
      <Notes title="Not read" of={result.left_out.map((one) => [one.kind, count(one.count)])} />
    </>
  );
}

/** The files that were read have a section each, in their order. */
function resultInside({ sections, attachments }: ReadingResult, at: number): DocumentResult | undefined {
  if (sections[at]?.kind !== "file") return undefined;
  const before = sections.slice(0, at).filter(({ kind }) => kind === "file").length;
  return attachments.filter(({ error }) => error === undefined)[before]?.result ?? undefined;
}

function edgeLine({ type, section, text }: EdgeView): readonly [string, string] {
  return [`section ${count(section)}, ${type}`, text];
}

function attachmentLine({
  filename,
  media_type,
  bytes,
  error,
}: ReadingResult["attachments"][number]): readonly [string, string] {
  return [filename, `${media_type}, ${counted(bytes, "byte")}${error === undefined ? "" : `: ${error}`}`];
}

const MOST_CHARACTERS = 100_000;

function Part({ section: { kind, title, hidden, text, word_count } }: { readonly section: SectionView }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard.
    <article class="leafroom" aria-label={title || "Text"} tabIndex={0}>
      <header>
        <span>{title || kind}</span>
        {hidden && <span class="tag">hidden</span>}
        <span>{counted(word_count, "word")}</span>
      </header>
      {text.trim() === "" ? (
        <p class="empty">There are no words here.</p>
      ) : (
        <pre class="plain">{text.slice(0, MOST_CHARACTERS)}</pre>
      )}
      {text.length > MOST_CHARACTERS && (
        <p class="quiet small">{`${count(MOST_CHARACTERS)} of ${count(text.length)} characters; the JSON has them all.`}</p>
      )}
    </article>
  );
}

const MOST_ROWS = 200;
const MOST_COLUMNS = 100;

function Rows({ table: { rows, row_count } }: { readonly table: PlainTableView }) {
  const shown = rows.slice(0, MOST_ROWS);
  const width = Math.min(MOST_COLUMNS, Math.max(...shown.map((cells) => cells.length)));
  return (
    <table class="cellsof" dir="auto">
      <tbody>
        {shown.map((cells, row) => (
          <tr key={row}>
            {cells.slice(0, MOST_COLUMNS).map((cell, column) => (
              <td key={column} class={cellKind(cell)}>
                {cell}
              </td>
            ))}
            {cells.length < width && <td colSpan={width - cells.length} />}
          </tr>
        ))}
        {row_count > shown.length && (
          <tr>
            <td>{`${count(row_count - shown.length)} of ${count(row_count)} rows are not shown here.`}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
