import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { MOST_HEIGHT, type Rows, scrollTo, windowAt } from "../../job/rows.ts";

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

/** Any number of rows of one height: only those in view are in the document. */
export function VirtualList({ rows, rowHeight, role, head, active, children, ...rest }: VirtualListProps) {
  const own = useRef<HTMLDivElement>(null);
  const view = useView(own);
  const all = { total: rows, row: rowHeight };
  useEffect(() => reveal(own.current, active, all), [active]);
  const { first, last, height, top } = windowAt(all, view.top, view.height);
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
      <div class="tall" role="presentation" style={{ height: `${height}px` }}>
        <div role="presentation" style={{ transform: `translateY(${top}px)` }}>
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

function reveal(box: HTMLDivElement | null, position: number | undefined, rows: Rows): void {
  if (box === null || position === undefined) return;
  const { row, total } = rows;
  const [top, view] = [position * row, box.clientHeight];
  if (total * row > MOST_HEIGHT) box.scrollTop = scrollTo(position, rows, view);
  else if (top < box.scrollTop) box.scrollTop = top;
  else if (top + row > box.scrollTop + view) box.scrollTop = top + row - view;
}
