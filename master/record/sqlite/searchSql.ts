import { ID_PREFIX, type Search, type SearchClause, type SearchTerm } from "../search.ts";
import type { Value } from "./database.ts";

/** A condition in SQL with the values of its parameters: what a client gives is never in the SQL itself. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** A clause of a search among jobs: what the job's own row tells, and what a row of its files tells. */
export interface JobClause {
  readonly isExcluding: boolean;
  readonly job: Sql | undefined;
  readonly file: Sql | undefined;
}

export function jobClauses(search: Search): readonly JobClause[] {
  return search.map(({ isExcluding, terms }) => ({
    isExcluding,
    job: anyOf(terms.flatMap(ofJob)),
    file: anyOf(terms.flatMap(ofFileInJob)),
  }));
}

/** What holds for a file of a search. @param running indexes as JSON */
export function fileCondition(search: Search, running: string): Sql {
  return allOf(search.map((clause) => ofFile(clause, running)));
}

export function allOf(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return { sql: "1", values: [] };
  return joined(conditions, " AND ");
}

/** SQL for "does not hold", also where a member is null. */
export function not({ sql, values }: Sql): Sql {
  return { sql: `(${sql}) IS NOT TRUE`, values };
}

export function anyOf(conditions: readonly Sql[]): Sql | undefined {
  return conditions.length === 0 ? undefined : joined(conditions, " OR ");
}

function joined(conditions: readonly Sql[], by: string): Sql {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(by),
    values: conditions.flatMap(({ values }) => values),
  };
}

function ofJob(term: SearchTerm): Sql[] {
  switch (term.key) {
    case "text":
      return [...startOfId(term.value), containing("name", term.value)];
    case "since":
      return [{ sql: "created_at >= ?", values: [term.at] }];
    case "slave": {
      const worked = "SELECT 1 FROM json_each(work, '$.slaves') WHERE key = ? COLLATE NOCASE";
      return [{ sql: `work IS NOT NULL AND EXISTS (${worked})`, values: [term.value] }];
    }
    case "code":
      return [{ sql: "json_extract(failure, '$.code') = ? COLLATE NOCASE", values: [term.value] }];
    case "state":
    case "task":
    case "client":
      return [{ sql: `${term.key} = ?`, values: [term.value] }];
    default:
      return [];
  }
}

function ofFileInJob(term: SearchTerm): Sql[] {
  if (term.key === "text" || term.key === "file") return [ofName(term.value)];
  return term.key === "code" ? [ofCode(term.value)] : [];
}

function ofFile({ isExcluding, terms }: SearchClause, running: string): Sql {
  const condition = anyOf(terms.flatMap((term) => ofFileAlone(term, running))) ?? { sql: "0", values: [] };
  return isExcluding ? not(condition) : condition;
}

function ofFileAlone(term: SearchTerm, running: string): Sql[] {
  switch (term.key) {
    case "state":
      return [ofState(term.value, running)];
    case "slave":
      return [{ sql: "json_extract(outcome, '$.slave') = ? COLLATE NOCASE", values: [term.value] }];
    default:
      return ofFileInJob(term);
  }
}

/** A file that runs is recorded as one that waits, or as done while its result gets its place. */
function ofState(state: string, running: string): Sql {
  // As the index of failed files is written.
  if (state === "failed") return { sql: "state = 'failed'", values: [] };
  const isRunning = "idx IN (SELECT value FROM json_each(?))";
  if (state === "running") return { sql: `${isRunning} AND state IN ('queued', 'done')`, values: [running] };
  return { sql: `state = ? AND NOT ${isRunning}`, values: [state, running] };
}

function ofCode(code: string): Sql {
  return {
    sql: "state = 'failed' AND json_extract(outcome, '$.code') = ? COLLATE NOCASE",
    values: [code],
  };
}

function ofName(text: string): Sql {
  return joined([containing("filename", text), containing("path", text)], " OR ");
}

function startOfId(text: string): Sql[] {
  if (text.length < ID_PREFIX || !/^[0-9a-z]+$/i.test(text)) return [];
  return [{ sql: "id LIKE ?", values: [`${text}%`] }];
}

/** The column is JSON of a text that contains this one. */
function containing(column: "filename" | "path" | "name", text: string): Sql {
  const patterns = formsOf(text).map((form) => `%${escaped(JSON.stringify(form).slice(1, -1))}%`);
  return {
    sql: patterns.map(() => `${column} LIKE ? ESCAPE '!'`).join(" OR "),
    values: patterns,
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[!%_]/g, "!$&");
}

/** LIKE ignores the case of ASCII only, and names may be in NFC or NFD. */
function formsOf(text: string): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return [text];
  const cases = [text, text.toLowerCase(), text.toUpperCase()];
  return [...new Set(cases.flatMap((form) => [form.normalize("NFC"), form.normalize("NFD")]))];
}
