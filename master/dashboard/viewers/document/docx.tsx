import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count } from "../../ui/words.ts";
import { Copy } from "../parts/copy.tsx";
import { cellKind } from "./cellKind.ts";
import { Notes } from "./notes.tsx";
import type { DocxResult, EdgeView, NoteView, ParagraphView, TableView } from "./result.ts";
import { TableList } from "./tableList.tsx";

interface DocxProps {
  readonly result: DocxResult;
  /** Shown below the text. */
  readonly children: ComponentChildren;
}

/** A text document: its paragraphs as they read, then tables, notes and comments. */
export function Docx({ result, children }: DocxProps) {
  return (
    <>
      <div class="tools">
        <span class="quiet small">{edgesOf(result)}</span>
        <Copy text={result.text_content} what="Copy text" />
      </div>
      <Body result={result} />
      {children}
      {result.tables.length > 0 && <TableList of={result.tables} show={(table) => <Cells table={table} />} />}
      <Notes title="Footnotes" of={result.footnotes.map(noteLine)} />
      <Notes title="Endnotes" of={result.endnotes.map(noteLine)} />
      <Notes title="Comments" of={result.comments.map(({ author, text }) => [author, text])} />
      <Notes title="Text boxes" of={result.text_boxes.map((text) => ["", text])} />
      <Notes
        title="Charts and diagrams"
        of={result.graphics.map(({ kind, title, text }) => [title || kind, text])}
      />
      <Notes
        title="Links to the outside, not followed"
        of={result.outside.map(({ type, target }) => [type, target])}
      />
    </>
  );
}

function edgesOf({ headers, footers }: DocxResult): string {
  const parts = [
    headers.length > 0 ? `${count(headers.length)} headers` : undefined,
    footers.length > 0 ? `${count(footers.length)} footers` : undefined,
  ].filter((part) => part !== undefined);
  return parts.join(", ");
}

function noteLine({ mark, id, text }: NoteView): readonly [string, string] {
  return [mark || id, text];
}

const STEP = 300;

function Body({ result: { paragraphs, headers, footers } }: { readonly result: DocxResult }) {
  const [shown, setShown] = useState(STEP);
  const left = paragraphs.length - shown;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard.
    <article class="leafroom reads" aria-label="Text" tabIndex={0}>
      <Edges of={headers} name="Header" />
      {paragraphs.slice(0, shown).map((paragraph, at) => (
        <Line key={at} paragraph={paragraph} />
      ))}
      {left > 0 && (
        <button type="button" class="link" onClick={() => setShown(shown + 5 * STEP)}>
          {`${count(left)} more of ${count(paragraphs.length)} paragraphs`}
        </button>
      )}
      {paragraphs.length === 0 && <p class="empty">The body has no paragraphs.</p>}
      <Edges of={footers} name="Footer" />
    </article>
  );
}

function Edges({ of: edges, name }: { readonly of: readonly EdgeView[]; readonly name: string }) {
  const told = edges.filter(({ text }) => text.trim() !== "");
  if (told.length === 0) return null;
  return (
    <div class="edge">
      {told.map(({ type, section, text }, at) => (
        <p key={at}>
          <span class="tag">{`${name}${type === "default" ? "" : `, ${type} page`}${section > 1 ? `, section ${section}` : ""}`}</span>{" "}
          {text}
        </p>
      ))}
    </div>
  );
}

function Line({ paragraph: { text, heading_level: level, list } }: { readonly paragraph: ParagraphView }) {
  if (text.trim() === "") return null;
  if (level !== null) return <p class={`heading h${Math.min(level, 4)}`}>{text}</p>;
  if (list === null) return <p>{text}</p>;
  return (
    <p class="item" dir="auto" style={{ marginInlineStart: `${1.4 * list.level}em` }}>
      <span>{list.label || "•"}</span> {text}
    </p>
  );
}

const MOST_ROWS = 200;

function Cells({ table: { rows } }: { readonly table: TableView }) {
  return (
    <table class="cellsof" dir="auto">
      <tbody>
        {rows.slice(0, MOST_ROWS).map((cells, row) => (
          <tr key={row}>
            {cells.map((cell, column) => (
              <td
                key={column}
                class={cellKind(cell.text)}
                colSpan={Math.min(cell.column_span, 1000)}
                rowSpan={Math.min(cell.row_span, 1000)}
              >
                {cell.text}
                {cell.tables.map((inner, nth) => (
                  <Cells key={nth} table={inner} />
                ))}
              </td>
            ))}
          </tr>
        ))}
        {rows.length > MOST_ROWS && (
          <tr>
            <td>{`${count(rows.length - MOST_ROWS)} more rows are in the JSON.`}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
