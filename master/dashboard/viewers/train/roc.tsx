import { fixed } from "../parts/figures.tsx";

interface RocProps {
  /** Share of false alarms, share of hits. */
  readonly points: readonly (readonly number[])[];
  readonly area: number | null;
}

const SIZE = 200;

/** How many hits cost how many false alarms; the diagonal is a guess. */
export function Roc({ points, area }: RocProps) {
  const path = points.map(([alarms = 0, hits = 0]) => `${alarms * SIZE},${SIZE - hits * SIZE}`).join(" ");
  return (
    <figure class="roc">
      <svg
        viewBox={`-1 -1 ${SIZE + 2} ${SIZE + 2}`}
        role="img"
        aria-label={`ROC curve, area ${fixed(area, 3)}`}
      >
        <rect x="0" y="0" width={SIZE} height={SIZE} class="frame" />
        <line x1="0" y1={SIZE} x2={SIZE} y2="0" class="guess" />
        <polyline points={path} class="line" />
      </svg>
      <figcaption class="quiet small">
        ROC curve: false alarms to the right, hits upwards; the diagonal is a guess.
      </figcaption>
    </figure>
  );
}
