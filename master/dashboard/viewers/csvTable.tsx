import { useMemo } from "preact/hooks";
import { count } from "../ui/words.ts";
import { rowsOf } from "./csv.ts";
import { VirtualTable } from "./parts/virtualTable.tsx";
import { useText } from "./result.ts";
import type { ViewerProps } from "./viewer.ts";

/** Columns that are drawn. */
const MOST_COLUMNS = 100;

/** A table of values separated by commas or tabs, its first row as head. */
export function CsvTable({ file }: ViewerProps) {
  const text = useText(file);
  const rows = useMemo(
    () => (text.state === "ready" ? rowsOf(text.value, file.url?.endsWith(".tsv") ? "\t" : ",") : []),
    [text, file.url],
  );
  if (text.state === "loading") return <p class="quiet">Loading…</p>;
  if (text.state === "failed") return <p class="err">{text.error}</p>;
  const [head = [], ...body] = rows;
  return (
    <>
      <p class="quiet small">{`${count(body.length)} rows, ${count(Math.min(MOST_COLUMNS, head.length))} of ${count(head.length)} columns`}</p>
      <VirtualTable
        label="Table"
        columns={head.slice(0, MOST_COLUMNS)}
        rows={body.length}
        row={(at) => body[at] ?? []}
        kind="texts"
      />
    </>
  );
}
