import type { JobEvent } from "./events.ts";
import type { PartWatcher } from "./part.ts";

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
