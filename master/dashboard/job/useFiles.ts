import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { FileView, JobDetail } from "../../../shared/contract/jobs.ts";
import { getJson, sentenceOf } from "../data/api.ts";
import { type FilesChange, watchFiles } from "../data/stream.ts";

/** Files that are fetched at once. */
const PAGE = 200;
/** Pages that are kept: what is far from the shown rows is forgotten. */
const MOST_PAGES = 30;

/**
 * The files of one job, fetched in pages as they come into view, so that 100,000 of them cost what is seen. Pages whose
 * files changed are fetched again when they are in view.
 */
class FilePages {
  readonly #address: (from: number) => string;
  readonly #onChange: (detail: JobDetail | undefined, error: string | undefined) => void;
  readonly #pages = new Map<number, readonly FileView[]>();
  readonly #stale = new Set<number>();
  readonly #gone = new AbortController();
  #wanted: readonly number[] = [0];
  readonly #loading = new Set<number>();

  constructor(
    address: (from: number) => string,
    onChange: (detail: JobDetail | undefined, error: string | undefined) => void,
  ) {
    this.#address = address;
    this.#onChange = onChange;
  }

  row(position: number): FileView | undefined {
    return this.#pages.get(Math.floor(position / PAGE))?.[position % PAGE];
  }

  /** Position of a file among those that were fetched. */
  positionOf(index: number): number | undefined {
    for (const [page, files] of this.#pages) {
      const at = files.findIndex((file) => file.index === index);
      if (at !== -1) return page * PAGE + at;
    }
    return undefined;
  }

  /** Tells which rows are in view: from the first to before the last. */
  want(first: number, last: number): void {
    const from = Math.floor(first / PAGE);
    const to = Math.floor(Math.max(first, last - 1) / PAGE);
    this.#wanted = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    this.#loadWanted();
  }

  /** @param isSearch whether the list shows matches: their positions are no indexes, so each page may have changed */
  changed(changed: FilesChange, isSearch: boolean): void {
    const pages =
      changed === "all" || isSearch
        ? [...this.#pages.keys()]
        : changed.map((index) => Math.floor(index / PAGE));
    for (const page of pages) this.#stale.add(page);
    this.#loadWanted();
  }

  close(): void {
    this.#gone.abort();
  }

  #loadWanted(): void {
    const missing = this.#wanted.filter((page) => !this.#pages.has(page) || this.#stale.has(page));
    for (const page of missing) void this.#load(page);
  }

  async #load(page: number): Promise<void> {
    if (this.#loading.has(page)) return;
    this.#loading.add(page);
    this.#stale.delete(page);
    let failed = false;
    try {
      const detail = await getJson<JobDetail>(this.#address(page * PAGE), this.#gone.signal);
      this.#pages.delete(page);
      this.#pages.set(page, detail.files);
      for (const [old] of this.#pages) if (this.#pages.size > MOST_PAGES) this.#pages.delete(old);
      this.#onChange(detail, undefined);
    } catch (failure) {
      failed = true;
      if (!this.#gone.signal.aborted) this.#onChange(undefined, sentenceOf(failure));
    } finally {
      this.#loading.delete(page);
    }
    // It changed while it was fetched.
    if (!failed && this.#stale.has(page)) this.#loadWanted();
  }
}

export interface ShownFiles {
  readonly detail: JobDetail | undefined;
  readonly error: string | undefined;
  readonly pages: FilePages;
}

/** @param q search among the files; empty for all */
export function useFiles(id: string, q: string): ShownFiles {
  const [state, setState] = useState<{ detail?: JobDetail; error?: string; at: number }>({ at: 0 });
  const detail = useRef<JobDetail | undefined>(undefined);
  const pages = useMemo(
    () =>
      new FilePages(
        (from) => addressOf(id, q, from),
        (next, error) => {
          detail.current = next ?? detail.current;
          setState(({ at }) => ({
            at: at + 1,
            ...(detail.current === undefined ? {} : { detail: detail.current }),
            ...(error === undefined ? {} : { error }),
          }));
        },
      ),
    [id, q],
  );
  useEffect(() => {
    pages.want(0, 1);
    const stop = watchFiles(id, (changed) => pages.changed(changed, q !== ""));
    return () => {
      stop();
      pages.close();
    };
  }, [pages]);
  return { detail: state.detail, error: state.error, pages };
}

function addressOf(id: string, q: string, from: number): string {
  const query = new URLSearchParams({ from: String(from), limit: String(PAGE), ...(q === "" ? {} : { q }) });
  return `/jobs/${encodeURIComponent(id)}?${query}`;
}
