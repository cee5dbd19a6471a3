import type { Problem } from "../../../shared/contract/about.ts";
import { setClock } from "./clock.ts";
import { signedOut } from "./session.ts";

/** An answer of the master that is no success, as RFC 9457 tells it; `offline` when there is no answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;

  constructor({ status, code, error, hint }: Pick<Problem, "status" | "code" | "error" | "hint">) {
    super(error);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** @throws ApiProblem */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await request(path, signal === undefined ? {} : { signal });
  setClock(answer);
  return (await answer.json()) as T;
}

/** @throws ApiProblem */
export async function sendJson<T>(method: "POST" | "DELETE", path: string, body?: object): Promise<T> {
  const answer = await request(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Any answer of the master, its body unread. @throws ApiProblem */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { accept: "application/json", ...init.headers };
  const answer = await fetch(path, { ...init, headers }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw OFFLINE();
  });
  if (answer.ok) return answer;
  const problem = problemOf(answer.status, await answer.text());
  if (answer.status === 401 && !path.startsWith("/session")) signedOut.value = true;
  throw problem;
}

export function problemOf(status: number, body: string): ApiProblem {
  try {
    const { code, error, hint } = JSON.parse(body) as Problem;
    return new ApiProblem({ status, code, error, ...(hint === undefined ? {} : { hint }) });
  } catch {
    return new ApiProblem({ status, code: "http", error: `The master answered ${status}.` });
  }
}

export const OFFLINE = () =>
  new ApiProblem({ status: 0, code: "offline", error: "The master does not answer." });

/** What to show a person of any failure. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof ApiProblem ? error.hint : undefined;
  return hint === undefined ? error.message : `${error.message} ${hint}`;
}
