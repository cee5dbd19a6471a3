import { type FSWatcher, watch } from "node:fs";
import { resolve } from "node:path";
import { type LocalPath, shownPath } from "../files/localPath.ts";

/** Folders with a watch of their own; systems bound their number. In others the regular look finds what is new. */
const MOST_FOLDERS = 4_096;

/** Tells that something in some folders has changed, where the file system tells it: network drives often do not. */
export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #isChanged = false;
  #wake = () => {};

  /** Watches a folder, if it is not watched yet and can be. */
  add(folder: LocalPath): void {
    const path = resolve(shownPath(folder));
    if (this.#watchers.has(path) || this.#watchers.size >= MOST_FOLDERS) return;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#changed());
      watcher.on("error", () => this.#drop(path, watcher));
      this.#watchers.set(path, watcher);
    } catch {
      // The regular look is enough.
    }
  }

  /** Resolves after a change since the last call, and after this time at the latest. @throws the reason of the signal */
  async changed(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#isChanged)
      await new Promise<void>((resolvePromise) => {
        const timer = setTimeout(() => this.#wake(), ms);
        const onAbort = () => this.#wake();
        signal.addEventListener("abort", onAbort, { once: true });
        this.#wake = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", onAbort);
          resolvePromise();
        };
      });
    this.#isChanged = false;
    signal.throwIfAborted();
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #changed(): void {
    this.#isChanged = true;
    this.#wake();
  }

  /** A folder that is gone, or its drive. */
  #drop(path: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(path);
    this.#changed();
  }
}
