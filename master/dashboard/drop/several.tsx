interface SeveralProps {
  readonly values: readonly string[];
  /** The chosen ones, joined by `+`. */
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A value that stands alone. */
const ALONE = "auto";

/** Several of some values, such as the languages of a scan; the first that was chosen counts first. One stays. */
export function Several({ values, value, onChange }: SeveralProps) {
  const chosen = value.split("+").filter(Boolean);
  // A value that the slaves have no longer is shown, so that it can be taken away.
  const all = [...values, ...chosen.filter((one) => !values.includes(one))];
  return (
    <span class="choices">
      {all.map((one) => (
        <label class="check" key={one}>
          <input
            type="checkbox"
            checked={chosen.includes(one)}
            disabled={chosen.length === 1 && chosen.includes(one)}
            onChange={({ currentTarget }) => onChange(changed(chosen, one, currentTarget.checked))}
          />
          <span>{one}</span>
        </label>
      ))}
    </span>
  );
}

function changed(chosen: readonly string[], one: string, isChosen: boolean): string {
  if (one === ALONE) return ALONE;
  const others = chosen.filter((other) => other !== one && other !== ALONE);
  return (isChosen ? [...others, one] : others).join("+");
}
