import type { Capacity } from "../../shared/contract/capacity.ts";
import { isFinal, type JobView } from "../../shared/contract/jobs.ts";
import type { FleetUpdate, SlaveView } from "../sdk/index.ts";

/** The fleet as the master's events tell it. */
export class ScreenState {
  readonly #slaves = new Map<string, SlaveView>();
  readonly #jobs = new Map<string, JobView>();
  capacity: Capacity | undefined;

  apply(event: FleetUpdate): void {
    switch (event.type) {
      case "slave":
        this.#slaves.set(event.slave.id, event.slave);
        return;
      case "job":
        this.#jobs.set(event.job.id, event.job);
        this.#forgetEnded();
        return;
      case "capacity":
        this.capacity = event.capacity;
        return;
      case "removed":
        (event.kind === "job" ? this.#jobs : this.#slaves).delete(event.id);
    }
  }

  get slaves(): readonly SlaveView[] {
    return [...this.#slaves.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  /** Jobs that run, oldest first, then those that ended last. */
  get jobs(): readonly JobView[] {
    const all = [...this.#jobs.values()].sort((one, other) => one.created_at.localeCompare(other.created_at));
    return [...all.filter(({ state }) => !isFinal(state)), ...this.#ended(all)];
  }

  #ended(jobs: readonly JobView[]): readonly JobView[] {
    return jobs
      .filter(({ state }) => isFinal(state))
      .sort((one, other) => (other.ended_at ?? "").localeCompare(one.ended_at ?? ""));
  }

  /** The screen stays open for days: of the jobs that ended, few are kept. */
  #forgetEnded(): void {
    for (const { id } of this.#ended([...this.#jobs.values()]).slice(MOST_ENDED)) this.#jobs.delete(id);
  }
}

const MOST_ENDED = 3;
