import { fleetEventsQuery } from "../../../shared/contract/requests.ts";
import type { Operation } from "./operation.ts";

/** The changes of the whole fleet in one stream. */
export const EVENTS_OPERATIONS = {
  "GET /events": {
    tag: "About",
    summary: "Tells what happens to the fleet and to all jobs, as server-sent events",
    description:
      "First `slave`, `capacity` and `job` for each slave and each job that has not ended, then `ready`; after it what changes, each job at most " +
      "once a second: `job`, `slave`, `capacity`, `removed`, and with `job=` also `files`. Their data are the members of the schema " +
      "`FleetEventData`. A client that does not keep up gets the newest state when it does. One that connects again gets all of it again.",
    access: "client",
    query: fleetEventsQuery,
    answers: { 200: { description: "Events without an end.", content: { "text/event-stream": "text" } } },
    errors: { 400: ["bad_query"], 404: ["no_such_job"] },
  },
} as const satisfies Record<string, Operation>;
