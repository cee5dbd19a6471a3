import { useMemo, useState } from "preact/hooks";
import { go } from "../../app/router.ts";
import { count } from "../../ui/words.ts";
import { Canvas, type CanvasArea } from "../parts/canvas.tsx";
import { onKeys } from "../parts/onKeys.ts";
import { shownName } from "../parts/shownName.ts";
import type { ViewerProps } from "../viewer.ts";
import { cosine } from "./result.ts";
import { useVectors, type Vector } from "./vectors.ts";
import "../style/heat.css";

/** Cosine similarity of each two files of the job, as a square of colours. */
export function HeatMap({ job, file }: ViewerProps) {
  const { state, found, error } = useVectors(job, file);
  const matrix = useMemo(() => similarities(found), [found]);
  if (state === "loading") return <p class="quiet">Loading the vectors of the job…</p>;
  if (state === "failed") return <p class="err">{error}</p>;
  if (found.length < 2) return <p class="empty">The job has no second file to compare with.</p>;
  return (
    <>
      <p class="quiet small">
        {`Cosine similarity of ${count(found.length)} of ${count(job.counts.total)} files. Point at a square to see the pair; arrow keys move, Enter opens the file of the row.`}
      </p>
      <Square key={job.id} job={job.id} found={found} matrix={matrix} own={file.index} />
      <Pairs found={found} matrix={matrix} />
    </>
  );
}

function similarities(found: readonly Vector[]): readonly (readonly number[])[] {
  const matrix: number[][] = found.map(() => []);
  for (const [row, a] of found.entries())
    for (const [column, b] of found.entries())
      (matrix[row] ?? [])[column] =
        column < row ? (matrix[column]?.[row] ?? 0) : row === column ? 1 : cosine(a.sparse, b.sparse);
  return matrix;
}

interface SquareProps {
  readonly job: string;
  readonly found: readonly Vector[];
  readonly matrix: readonly (readonly number[])[];
  /** Index of the file that is shown. */
  readonly own: number;
}

interface Cell {
  readonly row: number;
  readonly column: number;
}

function Square({ job, found, matrix, own }: SquareProps) {
  const ownRow = Math.max(
    0,
    found.findIndex(({ file }) => file.index === own),
  );
  const [cell, setCell] = useState<Cell>({ row: ownRow, column: ownRow === 0 ? 1 : 0 });
  const move = (rows: number, columns: number) =>
    setCell({
      row: within(cell.row + rows, found.length),
      column: within(cell.column + columns, found.length),
    });
  const open = () =>
    go(`/jobs/${encodeURIComponent(job)}/files/${found[cell.row]?.file.index ?? 0}?tab=heat`);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowUp: () => move(-1, 0),
    ArrowDown: () => move(1, 0),
    ArrowLeft: () => move(0, -1),
    ArrowRight: () => move(0, 1),
    Enter: open,
  };
  const most = useMemo(() => mostAlike(matrix), [matrix]);
  const said = sentenceFor(found, matrix, cell);
  return (
    <div class="heat">
      <button
        type="button"
        class="field"
        aria-label={`Map of similarities. ${said}`}
        onPointerMove={(event) => setCell(cellAt(event, found.length))}
        onClick={open}
        onKeyDown={onKeys(keys)}
      >
        <Canvas
          height="square"
          draw={(area) => drawHeat(area, matrix, { cell, own: ownRow, most })}
          deps={[matrix, cell, ownRow]}
        />
      </button>
      <Legend said={said} most={most} />
    </div>
  );
}

function Legend({ said, most }: { readonly said: string; readonly most: number }) {
  return (
    <div class="legend">
      <p aria-live="polite">{said}</p>
      <span class="ramp" />
      <span class="ends2">
        <i>0 nothing in common</i>
        <i>{`${most.toFixed(2)} most alike`}</i>
      </span>
    </div>
  );
}

function within(at: number, length: number): number {
  return Math.max(0, Math.min(length - 1, at));
}

function cellAt(event: PointerEvent, length: number): Cell {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const at = (offset: number, side: number) => within(Math.floor((offset / side) * length), length);
  return {
    row: at(event.clientY - box.top, box.height),
    column: at(event.clientX - box.left, box.width),
  };
}

function sentenceFor(found: readonly Vector[], matrix: SquareProps["matrix"], { row, column }: Cell): string {
  const name = (at: number) => {
    const vector = found[at];
    return vector === undefined ? "" : shownName(vector.file);
  };
  return `${name(row)} and ${name(column)}: ${(matrix[row]?.[column] ?? 0).toFixed(3)}`;
}

function drawHeat(
  { context, width, height, color }: CanvasArea,
  matrix: SquareProps["matrix"],
  { cell, own, most }: { readonly cell: Cell; readonly own: number; readonly most: number },
): void {
  const side = width / matrix.length;
  const gap = side > 12 ? 1 : 0;
  context.fillStyle = color("--surface");
  context.fillRect(0, 0, width, height);
  context.fillStyle = color("--accent");
  for (const [row, line] of matrix.entries())
    for (const [column, value] of line.entries()) {
      context.globalAlpha = row === column ? 1 : 0.04 + 0.96 * Math.max(0, value / most);
      context.fillRect(column * side, row * side, side - gap, side - gap);
    }
  context.globalAlpha = 1;
  context.strokeStyle = color("--ink-3");
  context.strokeRect(0.5, own * side - 0.5, width - 1, side);
  context.strokeStyle = color("--ink");
  context.lineWidth = 2;
  context.strokeRect(cell.column * side, cell.row * side, side - gap, side - gap);
}

/** The highest similarity of two files: colours reach from 0 to it, because texts are seldom near 1. */
function mostAlike(matrix: SquareProps["matrix"]): number {
  const others = matrix.flatMap((line, row) => line.slice(0, row));
  return others.reduce((most, value) => Math.max(most, value), 0) || 1;
}

const MOST_PAIRS = 10;

/** The same in words: the pairs that are most alike. */
function Pairs({ found, matrix }: Pick<SquareProps, "found" | "matrix">) {
  const pairs = useMemo(() => {
    const all = matrix.flatMap((line, row) =>
      line.slice(0, row).map((value, column) => ({ row, column, value })),
    );
    return all.sort((a, b) => b.value - a.value).slice(0, MOST_PAIRS);
  }, [matrix]);
  const name = (at: number) => {
    const vector = found[at];
    return vector === undefined ? "" : shownName(vector.file);
  };
  return (
    <table class="grid">
      <thead>
        <tr>
          <th>Most alike</th>
          <th>and</th>
          <th class="num">similarity</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map(({ row, column, value }) => (
          <tr key={`${row}-${column}`}>
            <td>{name(row)}</td>
            <td>{name(column)}</td>
            <td class="num">{value.toFixed(3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
