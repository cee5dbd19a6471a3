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
  /** How often something was told of each; of those that were looked at, too. */
  readonly #told = new Map<string, number>();

  mayHave(lane: string): boolean {
    return this.#ready.has(lane) || !this.#told.has(lane);
  }

  isReady(lane: string): void {
    this.#ready.add(lane);
    this.#told.set(lane, this.told(lane) + 1);
  }

  /** Number of times that something was told of a lane: `isEmpty` needs it from before the look. */
  told(lane: string): number {
    return this.#told.get(lane) ?? 0;
  }

  /** A look found no bundle. What was told during the look may be of a later one. */
  isEmpty(lane: string, told: number): void {
    if (this.told(lane) === told) this.#ready.delete(lane);
    this.#told.set(lane, this.told(lane));
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
