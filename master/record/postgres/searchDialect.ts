import type { SearchDialect } from "../searchSql.ts";

/**
 * What a text is found by, without regard to the case of ASCII letters. JSON, as the text may hold a NUL; it has no line
 * end of its own.
 */
export function searchKey(text: string): string {
  return JSON.stringify(text).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Keys as one text, in which each is found between line ends. */
export function searchKeys(texts: readonly string[]): string {
  return `\n${texts.map(searchKey).join("\n")}\n`;
}

/** Conditions of searches in the SQL of PostgreSQL. */
export const POSTGRES_SEARCH: SearchDialect = {
  like: "ILIKE",
  jobHasSlave: (name) => ({ sql: "strpos(slave_keys, ?) > 0", values: [searchKeys([name])] }),
  jobHasCode: (code) => ({ sql: "jobs.code_key = ?", values: [searchKey(code)] }),
  fileHasSlave: (name) => ({ sql: "files.slave_key = ?", values: [searchKey(name)] }),
  fileHasCode: (code) => ({ sql: "state = 'failed' AND files.code_key = ?", values: [searchKey(code)] }),
  hasIndexIn: (indexes) => ({ sql: "idx = ANY(?::int[])", values: [`{${indexes.join(",")}}`] }),
};
