import { useMemo } from "preact/hooks";
import { bytes, count } from "../../ui/words.ts";
import { rowsOf } from "../csv.ts";
import { VirtualTable } from "../parts/virtualTable.tsx";
import { useStart } from "../start.ts";
import type { ViewerProps } from "../viewer.ts";

/** Bytes of the beginning that are shown: about 2,000 rows. */
const START_BYTES = 256 * 1024;
/** Columns that are drawn. */
const MOST_COLUMNS = 100;

/** The first rows of predictions, the prediction first; a table of any size. */
export function Predictions({ job, file }: ViewerProps) {
  const start = useStart(file, START_BYTES);
  const table = useMemo(
    () => (start.state === "ready" ? tableOf(start.value.text, start.value.isWhole) : undefined),
    [start],
  );
  if (start.state === "failed") return <p class="err">{start.error}</p>;
  if (table === undefined) return <p class="quiet">Loading…</p>;
  const { head, rows } = table;
  const order = orderOf(head, job.options);
  const rest = start.state === "ready" && start.value.isWhole ? "" : `, the first ${bytes(START_BYTES)}`;
  const skipped = Number(file.info?.skipped ?? 0);
  return (
    <>
      {file.summary !== undefined && <p>{file.summary}</p>}
      {skipped > 0 && (
        <p class="note">{`${count(skipped)} rows were left out; the first: ${String(file.info?.first_skipped)}.`}</p>
      )}
      <p class="quiet small">{`${count(rows.length)} rows${rest}`}</p>
      <VirtualTable
        label="Predictions"
        columns={order.map((column) => head[column] ?? "")}
        rows={rows.length}
        row={(at) => order.map((column) => rows[at]?.[column] ?? "")}
        kind="texts"
      />
    </>
  );
}

function tableOf(text: string, isWhole: boolean) {
  const [first = ""] = text.split("\n", 1);
  const separator = [",", ";", "\t", "|"].reduce((best, sign) =>
    first.split(sign).length > first.split(best).length ? sign : best,
  );
  const [head = [], ...rows] = rowsOf(text, separator);
  // The last row of a cut text is cut, too.
  return { head, rows: isWhole ? rows : rows.slice(0, -1) };
}

/** The columns that the model made come first. */
function orderOf(head: readonly string[], options: object): readonly number[] {
  const { prediction = "prediction" } = options as { readonly prediction?: string };
  const isMade = (name: string) => name === prediction || name.startsWith("probability_");
  const from = head.findLastIndex((name) => name === prediction || name.startsWith(`${prediction}_`));
  const all = head.map((_, at) => at);
  const made = all.filter((at) => at === from || (at > from && isMade(head[at] ?? "")));
  return [...made, ...all.filter((at) => !made.includes(at))].slice(0, MOST_COLUMNS);
}
