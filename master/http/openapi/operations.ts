import { ABOUT_OPERATIONS } from "./about.ts";
import { BULK_OPERATIONS } from "./bulk.ts";
import { EVENTS_OPERATIONS } from "./fleetEvents.ts";
import { JOB_OPERATIONS } from "./jobs.ts";
import type { Operation } from "./operation.ts";
import { SESSION_OPERATIONS } from "./sessions.ts";
import { TABLE_OPERATIONS } from "./tables.ts";
import { TUNNEL_OPERATIONS } from "./tunnel.ts";
import { UPLOAD_OPERATIONS } from "./uploads.ts";

/** All routes of the master: `routes.ts` has a handler for each, and `/openapi.json` describes each. */
export const OPERATIONS = {
  ...BULK_OPERATIONS,
  ...JOB_OPERATIONS,
  ...UPLOAD_OPERATIONS,
  ...ABOUT_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...EVENTS_OPERATIONS,
  ...TABLE_OPERATIONS,
  ...TUNNEL_OPERATIONS,
};

/** Such as `GET /jobs/{id}`. */
export type RouteName = keyof typeof OPERATIONS;

export interface Described {
  readonly name: RouteName;
  /** In lower case. */
  readonly method: "get" | "head" | "post" | "patch" | "delete" | "options";
  /** With `{parameters}`; aliases come after the first one. */
  readonly paths: readonly [string, ...string[]];
  readonly operation: Operation;
}

/** The routes as a list. */
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
