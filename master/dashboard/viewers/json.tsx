import { useId, useMemo, useState } from "preact/hooks";
import { count } from "../ui/words.ts";
import { parentRow, rowsOf, startOpen, type TreeRow } from "./jsonRows.ts";
import { Copy } from "./parts/copy.tsx";
import { onKeys } from "./parts/onKeys.ts";
import { VirtualList } from "./parts/virtualList.tsx";
import { useResult } from "./result.ts";
import type { ViewerProps } from "./viewer.ts";
import "./style/json.css";

/** Any JSON as a tree: levels open and close, values are text. */
export function JsonTree({ file }: ViewerProps) {
  const result = useResult(file);
  if (result.state === "loading") return <p class="quiet">Loading…</p>;
  if (result.state === "failed") return <p class="note">{result.error}</p>;
  return <Tree key={file.result_sha256} value={result.value} />;
}

const ROW_HEIGHT = 24;
/** Characters of a value in its row. */
const CUT = 200;

function Tree({ value }: { readonly value: unknown }) {
  const [open, setOpen] = useState<ReadonlySet<object>>(() => startOpen(value));
  const [at, setAt] = useState(0);
  const rows = useMemo(() => rowsOf(value, open), [value, open]);
  const id = useId();
  const row = rows[Math.min(at, rows.length - 1)];
  const toggle = (target: TreeRow) => setOpen(toggled(open, target));
  const keys = keysOf({ rows, at, setAt, toggle });
  return (
    <>
      <VirtualList
        label="JSON of the result"
        role="tree"
        rows={rows.length}
        rowHeight={ROW_HEIGHT}
        active={at}
        activeId={`${id}-${at}`}
        onKeyDown={onKeys(keys)}
      >
        {(nth) => {
          const shown = rows[nth];
          if (shown === undefined) return null;
          const choose = () => {
            setAt(nth);
            toggle(shown);
          };
          return <Line id={`${id}-${nth}`} row={shown} isActive={nth === at} onClick={choose} />;
        }}
      </VirtualList>
      {row !== undefined && <Whole row={row} />}
    </>
  );
}

interface TreeState {
  readonly rows: readonly TreeRow[];
  readonly at: number;
  readonly setAt: (at: number) => void;
  readonly toggle: (row: TreeRow) => void;
}

/** Keys of a tree as the ARIA practices have them. */
function keysOf({ rows, at, setAt, toggle }: TreeState): Readonly<Record<string, () => void>> {
  const row = rows[at];
  const go = (to: number) => setAt(Math.max(0, Math.min(rows.length - 1, to)));
  const toggleIf = (isOpen: boolean, otherwise: number) =>
    row?.isOpen === isOpen ? toggle(row) : go(otherwise);
  return {
    ArrowDown: () => go(at + 1),
    ArrowUp: () => go(at - 1),
    Home: () => go(0),
    End: () => go(rows.length - 1),
    ArrowRight: () => toggleIf(false, at + 1),
    ArrowLeft: () => toggleIf(true, parentRow(rows, at)),
    Enter: () => row !== undefined && toggle(row),
  };
}

function toggled(open: ReadonlySet<object>, { value }: TreeRow): ReadonlySet<object> {
  if (typeof value !== "object" || value === null) return open;
  const next = new Set(open);
  if (!next.delete(value)) next.add(value);
  return next;
}

interface LineProps {
  readonly id: string;
  readonly row: TreeRow;
  readonly isActive: boolean;
  readonly onClick: () => void;
}

function Line({ id, row: { name, value, depth, isOpen, size }, isActive, onClick }: LineProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and the keys of all its rows.
    <div
      id={id}
      class={`leaf ${isActive ? "active" : ""}`}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-expanded={isOpen}
      aria-selected={isActive}
      style={{ paddingLeft: `${10 + 18 * depth}px` }}
      onClick={onClick}
    >
      <i aria-hidden="true">{isOpen === undefined ? "" : isOpen ? "▾" : "▸"}</i>
      {name !== undefined && <b>{name}</b>}
      {isOpen === undefined ? (
        <span class={`v ${value === null ? "null" : typeof value}`}>{written(value, CUT)}</span>
      ) : (
        <span class="quiet">{Array.isArray(value) ? `[${count(size)}]` : `{${count(size)}}`}</span>
      )}
    </div>
  );
}

function written(value: unknown, most: number): string {
  const text = JSON.stringify(typeof value === "string" ? value.slice(0, most + 1) : value) ?? "undefined";
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Characters of a text below the tree. */
const MOST_TEXT = 200_000;

/** The whole of a long text, below the tree. */
function Whole({ row: { name, value } }: { readonly row: TreeRow }) {
  if (typeof value !== "string" || value.length <= 60) return null;
  return (
    <section class="sect" aria-label="Text of the chosen row">
      <h3>
        {name} <small class="quiet">{`${count(value.length)} characters`}</small>{" "}
        <Copy text={value} what="Copy" />
      </h3>
      <pre class="plain whole">{value.slice(0, MOST_TEXT)}</pre>
    </section>
  );
}
