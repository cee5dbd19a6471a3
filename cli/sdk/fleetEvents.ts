import type { SlaveView } from "../../shared/contract/about.ts";
import type { Capacity } from "../../shared/contract/capacity.ts";
import type { JobView } from "../../shared/contract/jobs.ts";
import { type CallOptions, withQuery } from "./calls.ts";
import { eventsOf, type ServerSentEvent } from "./events.ts";
import type { MasterHttp } from "./http.ts";

/** A change in the fleet. `ready` follows the unfinished jobs and slaves as they are, after each connection. */
export type FleetUpdate =
  | { readonly type: "job"; readonly job: JobView }
  | { readonly type: "slave"; readonly slave: SlaveView }
  | { readonly type: "removed"; readonly id: string; readonly kind: "job" | "slave" }
  | { readonly type: "capacity"; readonly capacity: Capacity }
  | ({ readonly type: "files" } & ChangedFiles)
  | { readonly type: "ready" };

/** Files of a job that changed: those with these indexes, or too many to name. */
export interface ChangedFiles {
  readonly job: string;
  readonly indexes?: readonly number[];
  readonly all?: true;
}

export interface EventsOptions extends CallOptions {
  /** Only jobs that match; as `q` of `GET /jobs`. */
  readonly query?: string | undefined;
  /** The job whose files are told of, too. */
  readonly job?: string | undefined;
}

/** Yields what changes in the fleet until the signal is aborted; a broken connection is made again. */
export async function* fleetEvents(
  http: MasterHttp,
  { query, job, signal }: EventsOptions,
): AsyncGenerator<FleetUpdate> {
  for await (const sent of eventsOf(http, { path: withQuery("/events", { q: query, job }), signal })) {
    const event = fleetEventOf(sent);
    if (event !== undefined) yield event;
  }
}

function fleetEventOf({ type, data }: ServerSentEvent): FleetUpdate | undefined {
  switch (type) {
    case "job":
      return { type, job: data as JobView };
    case "slave":
      return { type, slave: data as SlaveView };
    case "removed":
      return { type, ...(data as { readonly id: string; readonly kind: "job" | "slave" }) };
    case "capacity":
      return { type, capacity: data as Capacity };
    case "files":
      return { type, ...(data as ChangedFiles) };
    case "ready":
      return { type };
    default:
      return undefined;
  }
}
