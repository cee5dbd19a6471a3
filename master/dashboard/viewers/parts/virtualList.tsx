import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface VirtualListProps {
  readonly rows: number;
  /** Pixels of each row: all are alike. */
  readonly rowHeight: number;
  readonly label: string;
  readonly role: "table" | "tree";
  readonly head?: ComponentChildren;
  /** Row that is kept in view. */
  readonly active?: number;
  readonly activeId?: string;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  readonly children: (at: number) => ComponentChildren;
}

/** Browsers lay out nothing taller than some 30 million pixels. */
const TALLEST = 15_000_000;
/** Rows that are drawn beyond those in view. */
const MARGIN = 10;

/** Any number of rows of one height: only those in view are in the document. */
export function VirtualList({ rows, rowHeight, role, head, active, children, ...rest }: VirtualListProps) {
  const own = useRef<HTMLDivElement>(null);
  const view = useView(own);
  useEffect(() => reveal(own.current, active, rowHeight), [active]);
  const shownRows = Math.min(rows, Math.floor(TALLEST / rowHeight));
  const first = Math.max(0, Math.floor(view.top / rowHeight) - MARGIN);
  const last = Math.min(shownRows, Math.ceil((view.top + view.height) / rowHeight) + MARGIN);
  const drawn = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return (
    // biome-ignore-start lint/a11y: the role is that of a table or a tree, which have a name and keys.
    <div
      ref={own}
      class={`virtual ${role}`}
      role={role}
      aria-label={rest.label}
      aria-activedescendant={rest.activeId}
      tabIndex={0}
      onKeyDown={rest.onKeyDown}
    >
      {head}
      <div class="tall" role="presentation" style={{ height: `${shownRows * rowHeight}px` }}>
        <div role="presentation" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {drawn.map((at) => (
            <div key={at} role="presentation" style={{ height: `${rowHeight}px` }}>
              {children(at)}
            </div>
          ))}
        </div>
      </div>
    </div>
    // biome-ignore-end lint/a11y: see above
  );
}

function useView(own: { readonly current: HTMLDivElement | null }) {
  const [view, setView] = useState({ top: 0, height: 480 });
  useEffect(() => {
    const box = own.current;
    if (box === null) return;
    const look = () => setView({ top: box.scrollTop, height: box.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, []);
  return view;
}

function reveal(box: HTMLDivElement | null, row: number | undefined, rowHeight: number): void {
  if (box === null || row === undefined) return;
  const top = row * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight)
    box.scrollTop = top + rowHeight - box.clientHeight;
}
