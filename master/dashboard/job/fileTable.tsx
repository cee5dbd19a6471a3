import { useEffect } from "preact/hooks";
import type { FileView, JobView } from "../../../shared/contract/jobs.ts";
import { fileState } from "../jobs/states.ts";
import { State } from "../ui/state.tsx";
import { count, counted, duration } from "../ui/words.ts";
import { nextStep } from "./nextStep.ts";
import { ROW, scrollTo, windowAt } from "./rows.ts";
import type { ShownFiles } from "./useFiles.ts";
import { useScrolled } from "./window.ts";

interface FileTableProps {
  readonly job: JobView;
  readonly files: ShownFiles;
  readonly total: number;
  /** Index of the file that the pane shows. */
  readonly selected: number | undefined;
  readonly addressOf: (file: FileView) => string;
}

/** The files of a job. Only the rows in view are in the document; the server sends the pages that they are on. */
export function FileTable({ job, files, total, selected, addressOf }: FileTableProps) {
  const { ref, scrolled, height } = useScrolled<HTMLDivElement>();
  const { first, last, height: whole, top } = windowAt({ total, row: ROW }, scrolled, height);
  useEffect(() => files.pages.want(first, last), [files.pages, first, last]);
  useSelectedInView(ref, files, { selected, total });
  const positions = Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
  return (
    <div class="files" role="table" aria-label="Files" aria-rowcount={total + 1}>
      <div class="head" role="row">
        {COLUMNS.map((title) => (
          <span key={title} role="columnheader" class={`c-${title.toLowerCase()}`}>
            {title}
          </span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus, to scroll by keys. */}
      <div class="scroll" ref={ref} tabIndex={0} role="rowgroup" style={{ height: `${whole}px` }}>
        <div class="space" style={{ height: `${whole}px` }}>
          <div style={{ transform: `translateY(${top}px)` }}>
            {positions.map((position) => (
              <Row
                key={position}
                position={position}
                file={files.pages.row(position)}
                selected={selected}
                addressOf={addressOf}
              />
            ))}
          </div>
        </div>
      </div>
      <p class="foot">
        {total === job.counts.total
          ? counted(total, "file")
          : `${count(total)} of ${counted(job.counts.total, "file")} match`}
      </p>
    </div>
  );
}

const COLUMNS = ["File", "State", "Slave", "Tries", "Wait", "Run"];

interface RowProps extends Pick<FileTableProps, "selected" | "addressOf"> {
  readonly position: number;
  readonly file: FileView | undefined;
}

function Row({ position, file, selected, addressOf }: RowProps) {
  const style = { height: `${ROW}px` };
  if (file === undefined)
    return (
      <div class="line" role="row" aria-rowindex={position + 2} style={style}>
        <span role="cell" class="quiet">
          …
        </span>
      </div>
    );
  const { path = file.filename, slave = "", attempts, wait_seconds: wait, run_seconds: run } = file;
  return (
    <div
      class="line"
      role="row"
      aria-rowindex={position + 2}
      aria-current={file.index === selected ? "true" : undefined}
      style={style}
    >
      <span role="cell" class="c-file">
        <a class="path" href={addressOf(file)}>
          {path}
        </a>
        {file.error !== undefined && <span class="err">{nextStep(file)}</span>}
      </span>
      <span role="cell" class="c-state">
        <State {...fileState(file)} />
      </span>
      <span role="cell" class="c-slave">
        {file.cached === true ? <span class="quiet">result on record</span> : (partsOf(file) ?? slave)}
      </span>
      <span role="cell" class="num c-tries">
        {attempts > 1 ? attempts : ""}
      </span>
      <span role="cell" class="num c-wait">
        {wait === undefined ? "" : duration(wait)}
      </span>
      <span role="cell" class="num c-run">
        {run === undefined ? "" : duration(run)}
      </span>
    </div>
  );
}

function partsOf({ parts }: FileView): string | undefined {
  return parts && `${count(parts.done)} of ${count(parts.total)} parts`;
}

/** Scrolls to the file that is selected by its address or by `n` and `p`. */
function useSelectedInView(
  ref: { readonly current: HTMLDivElement | null },
  files: ShownFiles,
  { selected, total }: Pick<FileTableProps, "selected" | "total">,
): void {
  const isKnown = files.detail !== undefined;
  useEffect(() => {
    const own = ref.current;
    if (selected === undefined || own === null) return;
    const position = files.pages.positionOf(selected) ?? Math.min(selected, total - 1);
    const { first, last } = windowAt({ total, row: ROW }, own.scrollTop, own.clientHeight);
    const isInView = position > first + 8 && position < last - 9;
    if (!isInView) own.scrollTop = scrollTo(position, { total, row: ROW }, own.clientHeight);
  }, [selected, isKnown]);
}
