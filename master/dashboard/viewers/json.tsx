import { useState } from "preact/hooks";
import { useResult } from "./result.ts";
import type { ViewerProps } from "./viewer.ts";

/** Members that a level shows before its reader asks for more. */
const STEP = 200;
const LONG_TEXT = 2_000;

/** Any JSON as a tree: levels open and close, values are text. */
export function JsonTree({ file }: ViewerProps) {
  const result = useResult(file);
  if (result.state === "loading") return <p class="quiet">Loading…</p>;
  if (result.state === "failed") return <p class="err">{result.error}</p>;
  return (
    <div class="tree mono">
      <Node value={result.value} isOpen />
    </div>
  );
}

interface NodeProps {
  readonly name?: string;
  readonly value: unknown;
  readonly isOpen?: boolean;
}

function Node({ name, value, isOpen = false }: NodeProps) {
  const [open, setOpen] = useState(isOpen);
  if (typeof value !== "object" || value === null) return <Leaf name={name} value={value} />;
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  const shape = Array.isArray(value) ? `[${size}]` : `{${size}}`;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {name !== undefined && <b>{name}</b>} <span class="quiet">{shape}</span>
      </summary>
      {open && <Members of={value} />}
    </details>
  );
}

function Members({ of: parent }: { readonly of: object }) {
  const [shown, setShown] = useState(STEP);
  const members = Object.entries(parent);
  const left = members.length - shown;
  return (
    <div class="level">
      {members.slice(0, shown).map(([name, value]) => (
        <Node key={name} name={name} value={value} />
      ))}
      {left > 0 && (
        <button type="button" class="link" onClick={() => setShown(shown + 10 * STEP)}>
          {left.toLocaleString("en")} more
        </button>
      )}
    </div>
  );
}

function Leaf({ name, value }: { readonly name: string | undefined; readonly value: unknown }) {
  const [whole, setWhole] = useState(false);
  const text = JSON.stringify(value) ?? "undefined";
  const isCut = !whole && text.length > LONG_TEXT;
  return (
    <div class="leaf">
      {name !== undefined && <b>{name}</b>}{" "}
      <span class={`v ${typeof value}`}>{isCut ? `${text.slice(0, LONG_TEXT)}…` : text}</span>
      {isCut && (
        <button type="button" class="link" onClick={() => setWhole(true)}>
          whole text
        </button>
      )}
    </div>
  );
}
