import { count } from "../../ui/words.ts";

/** Classes that are drawn. */
const MOST = 20;

interface ConfusionProps {
  /** Rows by right class (lines) and predicted class. */
  readonly of: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

/** Which class is taken for which: the darker a cell, the larger its part of the line. */
export function Confusion({ of: lines, labels }: ConfusionProps) {
  const shown = labels.slice(0, MOST);
  const note = labels.length > MOST ? ` ${MOST} of ${count(labels.length)} classes.` : "";
  return (
    <div>
      <p class="quiet small">{`Lines: the right class; columns: the predicted one.${note}`}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard. */}
      <section class="scrolls" aria-label="Confusion matrix" tabIndex={0}>
        <table class="grid confusion">
          <thead>
            <tr>
              <th scope="col">right class</th>
              {shown.map((label) => (
                <th key={label} scope="col" class="num">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((label, right) => (
              <Line key={label} label={label} right={right} counts={lines[right]?.slice(0, MOST) ?? []} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

interface LineProps {
  readonly label: string;
  readonly right: number;
  readonly counts: readonly number[];
}

function Line({ label, right, counts }: LineProps) {
  const sum = counts.reduce((total, one) => total + one, 0);
  return (
    <tr>
      <th scope="row">{label}</th>
      {counts.map((one, guess) => (
        <td
          key={guess}
          class={guess === right ? "num right" : "num"}
          style={{ backgroundColor: shade(guess === right ? "--done" : "--fail", one / Math.max(1, sum)) }}
        >
          {count(one)}
        </td>
      ))}
    </tr>
  );
}

/** Pale enough that the number on it is read. */
function shade(colour: string, share: number): string {
  return `color-mix(in srgb, var(${colour}) ${Math.round(share * 24)}%, transparent)`;
}
