import { RequestError } from "../../../shared/errors.ts";

/** A word, a quoted phrase, or a key with one of them. */
export interface SearchToken {
  readonly isExcluding: boolean;
  /** In lower case; undefined for a word or phrase without a key. */
  readonly key: string | undefined;
  readonly value: string;
  /** Of its first character, from 1. */
  readonly position: number;
  /** The same for the value. */
  readonly valueAt: number;
}

/** Key, then the value in quotes or up to the next space. In quotes, `\"` is a quote and `\\` a backslash. */
const TOKEN =
  /(?:(?<sign>-)(?=\S)|(?!-\S))(?:(?<key>[a-z_]+:)|(?![a-z_]+:))(?:"(?<phrase>(?:[^"\\]|\\.)*)"(?=\s|$)|(?<word>[^\s"][^\s]*))/isy;

/** @throws RequestError `bad_query` */
export function tokensOf(query: string): readonly SearchToken[] {
  const tokens: SearchToken[] = [];
  for (let at = endOfSpaces(query, 0); at < query.length; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(query);
    if (match === null) throw noValue(query, at);
    tokens.push(tokenOf(match, at));
    at = endOfSpaces(query, TOKEN.lastIndex);
  }
  return tokens;
}

function tokenOf(match: RegExpExecArray, at: number): SearchToken {
  const { sign = "", key, phrase, word = "" } = match.groups ?? {};
  const value = phrase === undefined ? word : phrase.replaceAll(/\\(.)/gs, "$1");
  const valueAt = at + 1 + sign.length + (key?.length ?? 0);
  if (value === "") throw badQuery({ position: valueAt, problem: "the quotes are empty" });
  return {
    isExcluding: sign === "-",
    key: key?.slice(0, -1).toLowerCase(),
    value,
    position: at + 1,
    valueAt,
  };
}

function noValue(query: string, at: number): RequestError {
  const rest = query.slice(at);
  const quote = rest.indexOf('"');
  const [start = ""] = /^-?(?:[a-z_]+:)?/i.exec(rest) ?? [];
  if (quote === start.length) {
    const problem = "the quotes are not closed, or a text follows them without a space";
    return badQuery({ position: at + quote + 1, problem });
  }
  return badQuery({ position: at + 1, problem: `no value follows ${start}` });
}

function endOfSpaces(query: string, at: number): number {
  const rest = query.slice(at);
  return at + rest.length - rest.trimStart().length;
}

export interface SearchFault {
  /** From 1. */
  readonly position: number;
  readonly problem: string;
  readonly valid?: readonly string[];
}

export function badQuery({ position, problem, valid }: SearchFault): RequestError {
  const right = valid === undefined ? "" : `; valid are ${valid.join(", ")}`;
  return new RequestError("bad_query", `q, character ${position}: ${problem}${right}.`, {
    details: { field: "q", position, ...(valid === undefined ? {} : { valid_values: valid }) },
  });
}
