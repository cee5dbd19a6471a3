import { FILE_STATES, JOB_STATES } from "../../../shared/contract/jobs.ts";
import { TASKS } from "../../../shared/tasks/registry.ts";
import type { Search, SearchClause, SearchTerm } from "../../record/search.ts";
import { timeOf } from "./since.ts";
import { badQuery, type SearchToken, tokensOf } from "./tokens.ts";

/** Most words and keys of one search. */
const MOST_TERMS = 20;

const FILE_KEYS = ["file", "state", "slave", "code"] as const;
const JOB_KEYS = [...FILE_KEYS, "task", "client", "since"] as const;
type SearchKey = (typeof JOB_KEYS)[number];

interface Language {
  readonly keys: readonly SearchKey[];
  readonly states: readonly string[];
}

const OF_JOBS: Language = { keys: JOB_KEYS, states: JOB_STATES };
const OF_FILES: Language = { keys: FILE_KEYS, states: FILE_STATES };

/** A search for jobs. @param now ms since 1970 @throws RequestError `bad_query` */
export function jobSearch(query: string, now: number): Search {
  return searchOf(query, OF_JOBS, now);
}

/** A search for files of one job. @throws RequestError `bad_query` */
export function fileSearch(query: string): Search {
  return searchOf(query, OF_FILES, 0);
}

/** Several of one key are alternatives, unless they exclude; words and different keys must all hold. */
function searchOf(query: string, language: Language, now: number): Search {
  const clauses: SearchClause[] = [];
  const byKey = new Map<string, SearchTerm[]>();
  for (const [n, token] of tokensOf(query).entries()) {
    if (n === MOST_TERMS)
      throw badQuery({ position: token.position, problem: `more than ${MOST_TERMS} words and keys` });
    const term = termOf(token, language, now);
    const known = token.isExcluding ? undefined : byKey.get(term.key);
    if (known !== undefined) {
      known.push(term);
      continue;
    }
    const terms = [term];
    clauses.push({ isExcluding: token.isExcluding, terms });
    if (!token.isExcluding && term.key !== "text") byKey.set(term.key, terms);
  }
  return clauses;
}

function termOf(token: SearchToken, { keys, states }: Language, now: number): SearchTerm {
  const { key: named, value, valueAt } = token;
  if (named === undefined) return { key: "text", value };
  const key = keys.find((known) => known === named);
  if (key === undefined)
    throw badQuery({ position: token.position, problem: `${named.slice(0, 40)} is not a key`, valid: keys });
  switch (key) {
    case "since":
      return { key, at: timeOf(value, now, valueAt) };
    case "state":
      return { key, value: oneOf(token, states) };
    case "task":
      return {
        key,
        value: oneOf(
          token,
          TASKS.map(({ name }) => name),
        ),
      };
    default:
      return { key, value };
  }
}

function oneOf({ key, value, valueAt }: SearchToken, valid: readonly string[]): string {
  const found = valid.find((one) => one === value.toLowerCase());
  if (found !== undefined) return found;
  throw badQuery({ position: valueAt, problem: `${value.slice(0, 40)} is not a ${key}`, valid });
}
