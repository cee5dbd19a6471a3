import type { ChangeHub } from "../hub.ts";

/** Work that results on record have saved since the master started. */
export class SavedWork {
  #files = 0;
  #seconds = 0;

  constructor(hub: Pick<ChangeHub, "watch">) {
    hub.watch("jobs", ({ events }) => {
      for (const event of events) {
        if (event.type !== "file_done" || event.savedSeconds === undefined) continue;
        this.#files += 1;
        this.#seconds += event.savedSeconds;
      }
    });
  }

  /** Number of files that no slave did, and the seconds that slaves' children worked on their results before. */
  get total(): { readonly files: number; readonly seconds: number } {
    return { files: this.#files, seconds: this.#seconds };
  }
}
