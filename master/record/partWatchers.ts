import type { JobEvent } from "./events.ts";
import type { PartRecord, PartWatcher } from "./part.ts";

export interface WatchedMap {
  readonly job: string;
  readonly map: string;
}

/** The watchers of parts, by job and map. Each driver of the record has one. */
export class PartWatchers {
  readonly #byJob = new Map<string, Map<string, PartWatcher>>();

  /** Returns a function that ends the watch. */
  watch(job: string, map: string, watcher: PartWatcher): () => void {
    const maps = this.#byJob.get(job) ?? new Map<string, PartWatcher>();
    this.#byJob.set(job, maps.set(map, watcher));
    return () => {
      if (maps.get(map) === watcher) maps.delete(map);
      if (maps.size === 0 && this.#byJob.get(job) === maps) this.#byJob.delete(job);
    };
  }

  isWatched(job: string, map: string): boolean {
    return this.#byJob.get(job)?.has(map) === true;
  }

  /** All maps that are watched. */
  get watched(): readonly WatchedMap[] {
    return [...this.#byJob].flatMap(([job, maps]) => [...maps.keys()].map((map) => ({ job, map })));
  }

  /** Tells of parts that another master stored. */
  tell(job: string, parts: readonly PartRecord[]): void {
    for (const part of parts) this.#byJob.get(job)?.get(part.map)?.stored(part, undefined);
  }

  stored(job: string, events: readonly JobEvent[]): void {
    const maps = this.#byJob.get(job);
    if (maps === undefined) return;
    for (const event of events)
      if (event.type === "part_stored") maps.get(event.record.map)?.stored(event.record, event.work);
  }

  failed(job: string, events: readonly JobEvent[], error: unknown): void {
    const maps = this.#byJob.get(job);
    if (maps === undefined) return;
    for (const event of events) if (event.type === "part_stored") maps.get(event.record.map)?.failed(error);
  }
}
