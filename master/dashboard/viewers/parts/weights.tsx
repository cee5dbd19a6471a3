import { useState } from "preact/hooks";
import { count } from "../../ui/words.ts";

export interface Weight {
  readonly name: string;
  readonly weight: number;
  /** The weight as it is written. */
  readonly note: string;
}

const STEP = 20;

/** Names with a bar each, as long as their weight beside the largest one. */
export function Weights({ of: weights }: { readonly of: readonly Weight[] }) {
  const [shown, setShown] = useState(STEP);
  if (weights.length === 0) return <p class="quiet small">None.</p>;
  const most = weights.reduce((largest, { weight }) => Math.max(largest, Math.abs(weight)), 0);
  const left = weights.length - shown;
  return (
    <>
      <ul class="weights">
        {weights.slice(0, shown).map(({ name, weight, note }, at) => (
          <li key={at}>
            <i style={{ width: `${most === 0 ? 0 : (100 * Math.abs(weight)) / most}%` }} />
            <span>{name}</span>
            <span class="num">{note}</span>
          </li>
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="link" onClick={() => setShown(shown + 10 * STEP)}>
          {`${count(left)} more of ${count(weights.length)}`}
        </button>
      )}
    </>
  );
}
