import type { Surroundings } from "./settings.ts";

/** A variable that no program reads, and the one that was probably meant. */
export interface StrangeVariable {
  readonly name: string;
  readonly source: "environment" | ".env";
  readonly meant?: string;
}

/** Shorter names are near to too many others. */
const SHORTEST = 6;
const FARTHEST = 2;

/**
 * Variables that look like ours and are not: of the environment, those that are nearly one of ours or begin with our
 * name; of `.env`, all.
 */
export function strangeVariables(
  declared: readonly string[],
  { env, fromFile }: Surroundings,
): StrangeVariable[] {
  const known = new Set(declared);
  return Object.keys(env)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const source = fromFile.has(name) ? ".env" : "environment";
      const meant = nearest(name, declared);
      if (meant !== undefined) return { name, source, meant } as const;
      return source === ".env" || name.startsWith("MANYHANDS_") ? ({ name, source } as const) : [];
    });
}

function nearest(name: string, declared: readonly string[]): string | undefined {
  const upper = name.toUpperCase().replaceAll("-", "_");
  if (upper.length < SHORTEST) return undefined;
  const near = declared
    .filter((known) => known.length >= SHORTEST && Math.abs(known.length - upper.length) <= FARTHEST)
    .map((known) => ({ known, far: distance(upper, known) }))
    .filter(({ far }) => far <= FARTHEST)
    .sort((one, other) => one.far - other.far);
  return near[0]?.known;
}

/** Letters that are inserted, removed, replaced or swapped with their neighbour between two texts. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    rows.push(next);
    for (let column = 1; column <= other.length; column += 1) {
      const changed = Number(one[row - 1] !== other[column - 1]);
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + changed,
          swapped ? at(row - 2, column - 2) + 1 : FARTHEST + 1 + row,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
