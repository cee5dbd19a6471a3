import type { ComponentChildren } from "preact";

export interface Figure {
  readonly label: string;
  readonly value: ComponentChildren;
  /** Shown after the value, smaller. */
  readonly unit?: string;
}

/** Numbers that tell the most of a result, large; what they are stands below. */
export function Figures({ of: figures }: { readonly of: readonly (Figure | undefined)[] }) {
  return (
    <div class="kv">
      {figures.map(
        (figure) =>
          figure !== undefined && (
            <div key={figure.label}>
              <b>
                {figure.value}
                {figure.unit !== undefined && <i class="unit"> {figure.unit}</i>}
              </b>
              <span>{figure.label}</span>
            </div>
          ),
      )}
    </div>
  );
}

/** Facts of less weight, as pairs; those without a value are left out. */
export function Facts({ of: facts }: { readonly of: readonly (readonly [string, ComponentChildren])[] }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== null && value !== "");
  if (known.length === 0) return null;
  return (
    <dl class="facts">
      {known.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function yesOrNo(value: unknown): string {
  return value === true ? "yes" : "no";
}

/** A measure that may be missing: `-12.3`, or a dash. */
export function fixed(value: number | null | undefined, digits = 1): string {
  return typeof value === "number" ? value.toFixed(digits).replace("-", "\u2212") : "–";
}
