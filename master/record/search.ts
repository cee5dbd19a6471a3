/** A condition of a search. Texts are compared without regard to case, where the driver can. */
export type SearchTerm =
  | { readonly key: TextKey; readonly value: string }
  /** Milliseconds since 1970: the job was created then or later. */
  | { readonly key: "since"; readonly at: number };

/**
 * - `text`: a part of a file's name, of its path, or of the job's name, or the beginning of the job's id;
 * - `file`: a part of a file's name or path;
 * - `state`: of jobs the job's, of files the file's;
 * - `slave`: a slave that did a file; `code`: why a file or the job failed;
 * - `task`, `client`: those of the job.
 */
export type TextKey = "text" | "file" | "state" | "task" | "slave" | "code" | "client";

/** Holds when one of its terms does; an excluding one when none does. */
export interface SearchClause {
  readonly isExcluding: boolean;
  readonly terms: readonly SearchTerm[];
}

/** What all of its clauses hold for. As it is data, each driver of the record does it in its own way. */
export type Search = readonly SearchClause[];

/** A search among the files of one job; terms about the job as a whole hold for none of them. */
export interface FileSearch {
  readonly clauses: Search;
  /** Indexes of the files that run, which is not recorded. */
  readonly running: readonly number[];
}

/** Shortest beginning of a job's id that is searched for: most ids of a year begin alike. */
export const ID_PREFIX = 6;
