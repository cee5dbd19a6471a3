import type { MapHead } from "../port.ts";
import { laneOf } from "./bundle.ts";
import type { WantedUnits } from "./wanted.ts";

export interface LaneWithRoom {
  readonly name: string;
  /** Units that may be taken. */
  readonly room: number;
}

/** Lanes of the engine that may have a bundle to take, as far as this master knows. */
export class Lanes {
  readonly #ready = new Set<string>();
  /** Those that were looked at. */
  readonly #seen = new Set<string>();

  mayHave(lane: string): boolean {
    return this.#ready.has(lane) || !this.#seen.has(lane);
  }

  isReady(lane: string): void {
    this.#ready.add(lane);
  }

  isEmpty(lane: string): void {
    this.#seen.add(lane);
    this.#ready.delete(lane);
  }

  get areEmpty(): boolean {
    return this.#ready.size === 0;
  }

  /** Those of which less waits here than this master wants. */
  withRoom(wanted: Pick<WantedUnits, "of">, heads: Iterable<MapHead>): LaneWithRoom[] {
    const waiting = new Map<string, number>();
    for (const { first, waiting: units } of heads)
      waiting.set(laneOf(first), (waiting.get(laneOf(first)) ?? 0) + units);
    return [...this.#ready].flatMap((name) => {
      const room = wanted.of(name) - (waiting.get(name) ?? 0);
      return room > 0 ? [{ name, room }] : [];
    });
  }
}
