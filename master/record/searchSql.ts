import type { Value } from "./rows.ts";
import { type FileSearch, ID_PREFIX, type Search, type SearchClause, type SearchTerm } from "./search.ts";

/** A condition in SQL with the values of its parameters: what a client gives is never in the SQL itself. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** Conditions that databases have in their own ways. Texts are compared without regard to the case of ASCII letters. */
export interface SearchDialect {
  readonly like: "LIKE" | "ILIKE";
  /** A slave did a file of the job. */
  jobHasSlave(name: string): Sql;
  jobHasCode(code: string): Sql;
  fileHasSlave(name: string): Sql;
  fileHasCode(code: string): Sql;
  hasIndexIn(indexes: readonly number[]): Sql;
}

/** A clause of a search among jobs: what the job's own row tells, and what a row of its files tells. */
export interface JobClause {
  readonly isExcluding: boolean;
  readonly job: Sql | undefined;
  readonly file: Sql | undefined;
}

export function jobClauses(search: Search, dialect: SearchDialect): readonly JobClause[] {
  return search.map(({ isExcluding, terms }) => ({
    isExcluding,
    job: anyOf(terms.flatMap((term) => ofJob(term, dialect))),
    file: anyOf(terms.flatMap((term) => ofFileInJob(term, dialect))),
  }));
}

/** What holds for a file of a search. */
export function fileCondition({ clauses, running }: FileSearch, dialect: SearchDialect): Sql {
  const isRunning = dialect.hasIndexIn(running);
  return allOf(clauses.map((clause) => ofFile(clause, isRunning, dialect)));
}

export function allOf(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return { sql: "TRUE", values: [] };
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

function ofJob(term: SearchTerm, dialect: SearchDialect): Sql[] {
  switch (term.key) {
    case "text":
      return [...startOfId(term.value, dialect), containing("name", term.value, dialect)];
    case "since":
      return [{ sql: "created_at >= ?", values: [term.at] }];
    case "slave":
      return [dialect.jobHasSlave(term.value)];
    case "code":
      return [dialect.jobHasCode(term.value)];
    case "state":
    case "task":
    case "client":
      return [{ sql: `${term.key} = ?`, values: [term.value] }];
    default:
      return [];
  }
}

function ofFileInJob(term: SearchTerm, dialect: SearchDialect): Sql[] {
  if (term.key === "text" || term.key === "file") return [ofName(term.value, dialect)];
  return term.key === "code" ? [dialect.fileHasCode(term.value)] : [];
}

function ofFile({ isExcluding, terms }: SearchClause, isRunning: Sql, dialect: SearchDialect): Sql {
  const condition = anyOf(terms.flatMap((term) => ofFileAlone(term, isRunning, dialect))) ?? {
    sql: "FALSE",
    values: [],
  };
  return isExcluding ? not(condition) : condition;
}

function ofFileAlone(term: SearchTerm, isRunning: Sql, dialect: SearchDialect): Sql[] {
  switch (term.key) {
    case "state":
      return [ofState(term.value, isRunning)];
    case "slave":
      return [dialect.fileHasSlave(term.value)];
    default:
      return ofFileInJob(term, dialect);
  }
}

/** A file that runs is recorded as one that waits, or as done while its result gets its place. */
function ofState(state: string, { sql, values }: Sql): Sql {
  // As the index of failed files is written.
  if (state === "failed") return { sql: "state = 'failed'", values: [] };
  if (state === "running") return { sql: `${sql} AND state IN ('queued', 'done')`, values };
  return { sql: `state = ? AND NOT ${sql}`, values: [state, ...values] };
}

function ofName(text: string, dialect: SearchDialect): Sql {
  return joined([containing("filename", text, dialect), containing("path", text, dialect)], " OR ");
}

function startOfId(text: string, { like }: SearchDialect): Sql[] {
  if (text.length < ID_PREFIX || !/^[0-9a-z]+$/i.test(text)) return [];
  return [{ sql: `id ${like} ?`, values: [`${text}%`] }];
}

/** The column is JSON of a text that contains this one. */
function containing(column: "filename" | "path" | "name", text: string, { like }: SearchDialect): Sql {
  const patterns = formsOf(text).map((form) => `%${escaped(JSON.stringify(form).slice(1, -1))}%`);
  return {
    sql: patterns.map(() => `${column} ${like} ? ESCAPE '!'`).join(" OR "),
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
