import { ABOUT_OPERATIONS } from "./about.ts";
import { JOB_OPERATIONS } from "./jobs.ts";
import type { Operation } from "./operation.ts";

/** All that the master answers: what `routes.ts` must have a handler for, and what `/openapi.json` tells. */
export const OPERATIONS = { ...JOB_OPERATIONS, ...ABOUT_OPERATIONS };

/** `GET /jobs/{id}` */
export type RouteName = keyof typeof OPERATIONS;

export interface Described {
  readonly name: RouteName;
  /** In lower case. */
  readonly method: "get" | "post" | "delete";
  /** With `{parameters}`; the first one is the usual one. */
  readonly paths: readonly [string, ...string[]];
  readonly operation: Operation;
}

/** The same as a list. */
export function described(): readonly Described[] {
  return (Object.entries(OPERATIONS) as [RouteName, Operation][]).map(([name, operation]) => {
    const [method = "", path = ""] = name.split(" ");
    return {
      name,
      method: method.toLowerCase() as Described["method"],
      paths: [path, ...(operation.aliases ?? [])],
      operation,
    };
  });
}
