import { VirtualList } from "./virtualList.tsx";

interface VirtualTableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: number;
  readonly row: (at: number) => readonly string[];
  readonly kind: "numbers" | "texts";
}

/** A table of any length: cells are cut to their column, their whole text is the tooltip. */
export function VirtualTable({ label, columns, rows, row, kind }: VirtualTableProps) {
  const least = kind === "numbers" ? 104 : 140;
  const style = {
    gridTemplateColumns: `repeat(${columns.length}, minmax(${least}px, 1fr))`,
    minWidth: `${columns.length * least}px`,
  };
  const cells = (texts: readonly string[], role: "cell" | "columnheader") => (
    <div class={`cells ${kind}`} role="row" style={style}>
      {columns.map((_, at) => (
        <span key={at} role={role} title={texts[at]}>
          {texts[at]}
        </span>
      ))}
    </div>
  );
  return (
    <VirtualList label={label} rows={rows} rowHeight={30} role="table" head={cells(columns, "columnheader")}>
      {(at) => cells(row(at), "cell")}
    </VirtualList>
  );
}
