import { useEffect, useMemo, useState } from "preact/hooks";
import type { FileView, JobDetail } from "../../../shared/contract/jobs.ts";
import { ApiProblem, getJson, sentenceOf } from "../data/api.ts";
import { type FilesChange, onJobs, watchFiles } from "../data/stream.ts";
import { isOver } from "../jobs/states.ts";

/** Files that are fetched at once. */
const PAGE = 200;
/** Pages that are kept: what is far from the shown rows is forgotten. */
const MOST_PAGES = 30;

interface FilePagesDeps {
  readonly address: (from: number) => string;
  readonly list: "all" | "matches";
  readonly onDetail: (detail: JobDetail) => void;
  readonly onFailure: (failure: unknown) => void;
}

/**
 * The files of one job, fetched in pages as they come into view, so that 100,000 of them cost what is seen. Pages whose
 * files changed are fetched again when they are in view.
 */
class FilePages {
  readonly #deps: FilePagesDeps;
  readonly #pages = new Map<number, readonly FileView[]>();
  readonly #stale = new Set<number>();
  readonly #gone = new AbortController();
  readonly #loading = new Map<number, Promise<void>>();
  #wanted: readonly number[] = [0];
  /** The file whose position was asked for last. */
  #chosen: { readonly index: number; readonly position: number } | undefined;

  constructor(deps: FilePagesDeps) {
    this.#deps = deps;
  }

  row(position: number): FileView | undefined {
    return this.#pages.get(Math.floor(position / PAGE))?.[position % PAGE];
  }

  /** The file at a position, which may be far from the rows in view. */
  async fetched(position: number): Promise<FileView | undefined> {
    if (this.row(position) === undefined) await this.#load(Math.floor(position / PAGE));
    return this.row(position);
  }

  /** Position of a file in the list; among matches it is known of those that were fetched. */
  positionOf(index: number): number | undefined {
    if (this.#deps.list === "all") return index;
    for (const [page, files] of this.#pages) {
      const at = files.findIndex((file) => file.index === index);
      if (at !== -1) this.#chosen = { index, position: page * PAGE + at };
    }
    return this.#chosen?.index === index ? this.#chosen.position : undefined;
  }

  /** Tells which rows are in view: from the first to before the last. */
  want(first: number, last: number): void {
    const from = Math.floor(first / PAGE);
    const to = Math.floor(Math.max(first, last - 1) / PAGE);
    this.#wanted = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    this.#loadWanted();
  }

  /** Positions of matches are no indexes, so each page of them may have changed. */
  changed(changed: FilesChange): void {
    const pages =
      changed === "all" || this.#deps.list === "matches"
        ? [...this.#pages.keys(), ...this.#wanted]
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

  #load(page: number): Promise<void> {
    const running = this.#loading.get(page) ?? this.#fetch(page).finally(() => this.#loading.delete(page));
    this.#loading.set(page, running);
    return running;
  }

  async #fetch(page: number): Promise<void> {
    const { address, onDetail, onFailure } = this.#deps;
    try {
      do {
        this.#stale.delete(page);
        const detail = await getJson<JobDetail>(address(page * PAGE), this.#gone.signal);
        this.#keep(page, detail.files);
        onDetail(detail);
        // It changed while it was fetched.
      } while (this.#stale.has(page) && this.#wanted.includes(page));
    } catch (failure) {
      if (!this.#gone.signal.aborted) onFailure(failure);
    }
  }

  #keep(page: number, files: readonly FileView[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, files);
    for (const [old] of this.#pages) if (this.#pages.size > MOST_PAGES) this.#pages.delete(old);
  }
}

export interface ShownFiles {
  readonly detail: JobDetail | undefined;
  readonly error: string | undefined;
  /** The master has the job no longer. */
  readonly isGone: boolean;
  readonly pages: FilePages;
}

interface Fetched extends Pick<ShownFiles, "detail" | "error" | "isGone"> {
  /** Counts changes of the pages. */
  readonly at: number;
}

const NOTHING: Fetched = { detail: undefined, error: undefined, isGone: false, at: 0 };

/** @param q search among the files; empty for all */
export function useFiles(id: string, q: string): ShownFiles {
  const [{ detail, error, isGone }, setFetched] = useState(NOTHING);
  const pages = useMemo(
    () =>
      new FilePages({
        address: (from) => addressOf(id, q, from),
        list: q === "" ? "all" : "matches",
        onDetail: (next) => setFetched(({ at }) => ({ ...NOTHING, detail: next, at: at + 1 })),
        onFailure: (failure) =>
          setFetched((before) => ({ ...before, error: sentenceOf(failure), isGone: isNotFound(failure) })),
      }),
    [id, q],
  );
  useEffect(() => {
    pages.want(0, 1);
    const stops = [
      watchFiles(id, (changed) => pages.changed(changed)),
      onJobs(({ job, removed }) => {
        const hasEnded = job?.id === id && isOver(job);
        if (removed === id || hasEnded) pages.changed("all");
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      pages.close();
    };
  }, [pages]);
  return { detail, error, isGone, pages };
}

function isNotFound(failure: unknown): boolean {
  return failure instanceof ApiProblem && failure.status === 404;
}

function addressOf(id: string, q: string, from: number): string {
  const query = new URLSearchParams({ from: String(from), limit: String(PAGE), ...(q === "" ? {} : { q }) });
  return `/jobs/${encodeURIComponent(id)}?${query}`;
}
