import type { IncomingMessage } from "node:http";
import { AppError } from "../../shared/errors.ts";
import type { JobRecord } from "../record/job.ts";

/** Whose jobs a client sees (`JOBS`). */
export type Sight = "all" | "own";

/** Names of the clients that send requests (names of their tokens), and the jobs that each may see. */
export class Clients {
  readonly #sight: Sight;
  readonly #names = new WeakMap<IncomingMessage, string>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** Called by the guard for each client that it admits. */
  note(req: IncomingMessage, name: string): void {
    this.#names.set(req, name);
  }

  /** Undefined where no token is asked for. */
  nameOf(req: IncomingMessage): string | undefined {
    return this.#names.get(req);
  }

  /** The only client whose jobs this request may see; undefined: it may see all jobs. */
  onlyOf(req: IncomingMessage): string | undefined {
    return this.#sight === "all" ? undefined : (this.nameOf(req) ?? NO_CLIENT);
  }

  sees(req: IncomingMessage, job: { readonly client?: JobRecord["client"] | undefined }): boolean {
    const only = this.onlyOf(req);
    return only === undefined || only === job.client;
  }
}

/** No token has this name. */
const NO_CLIENT = "";

/** Also for a job of another client: a client must not learn that it exists. */
export function noSuchJob(id: string): AppError {
  return new AppError("no_such_job", `There is no job ${id.slice(0, 64)}.`, { status: 404 });
}
