import { RESOLUTIONS, type Resolution, type TimelineSums } from "../timeline.ts";
import { addedSums, intervalOf } from "../timelineSums.ts";

/** Sums of an interval in a row of this master. */
export interface OwnSum {
  readonly resolution: Resolution;
  readonly sums: TimelineSums;
  /** Number of its row; undefined before it has one. */
  readonly seq: number | undefined;
}

/**
 * The newest row of this master for each resolution. Masters that wrote to the same rows would wait for each other, so each adds to its
 * own, and to a new one where it does not know of any: readers add them up.
 */
export class OwnSums {
  readonly #newest = new Map<Resolution, OwnSum>();

  constructor(readonly place: string | undefined) {}

  /** The rows of the intervals of every resolution, with these sums added. They are known once they were `wrote`. */
  grown(more: readonly TimelineSums[]): readonly OwnSum[] {
    const grown = new Map<string, OwnSum>();
    for (const resolution of RESOLUTIONS) {
      for (const added of more) {
        const at = intervalOf(added.at, resolution);
        const key = keyOf({ resolution, sums: { at } });
        const known = grown.get(key) ?? this.#known(resolution, at);
        grown.set(key, { resolution, seq: known?.seq, sums: addedSums(at, known?.sums, added) });
      }
    }
    return [...grown.values()];
  }

  wrote(rows: readonly OwnSum[]): void {
    for (const row of rows) {
      const newest = this.#newest.get(row.resolution);
      if (newest === undefined || newest.sums.at <= row.sums.at) this.#newest.set(row.resolution, row);
    }
  }

  #known(resolution: Resolution, at: number): OwnSum | undefined {
    const newest = this.#newest.get(resolution);
    return newest?.sums.at === at ? newest : undefined;
  }
}

/** Names an interval of a resolution. */
export function keyOf({
  resolution,
  sums: { at },
}: {
  readonly resolution: Resolution;
  readonly sums: Pick<TimelineSums, "at">;
}): string {
  return `${resolution}/${at}`;
}
