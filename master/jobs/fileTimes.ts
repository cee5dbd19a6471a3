import { movingMean } from "../../shared/movingMean.ts";
import type { ChangeHub } from "../hub.ts";

/** Seconds in slaves' children that a file of a task usually takes, by the files that ended since the master started. */
export class FileTimes {
  readonly #means = new Map<string, number>();

  constructor(hub: Pick<ChangeHub, "watch">) {
    hub.watch("jobs", ({ job, events }) => {
      for (const event of events)
        if (event.type === "file_done" && event.savedSeconds === undefined)
          this.#means.set(job.task, movingMean(this.#means.get(job.task), event.seconds));
    });
  }

  /** Undefined before the first file of the task is done. */
  usual(task: string): number | undefined {
    return this.#means.get(task);
  }
}
