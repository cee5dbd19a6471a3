import type { IncomingMessage } from "node:http";
import { AppError } from "../../shared/errors.ts";
import type { JobRecord } from "../record/job.ts";

/** Whose jobs a client sees (`JOBS`). */
export type Sight = "all" | "own";

/** Who the clients of requests are, by the names of their tokens, and which jobs they see. */
export class Clients {
  readonly #sight: Sight;
  readonly #names = new WeakMap<IncomingMessage, string>();

  constructor(sight: Sight) {
    this.#sight = sight;
  }

  /** The guard says who it let in. */
  note(req: IncomingMessage, name: string): void {
    this.#names.set(req, name);
  }

  /** Undefined where no token is asked for. */
  nameOf(req: IncomingMessage): string | undefined {
    return this.#names.get(req);
  }

  /** The client whose jobs alone this request sees; undefined: it sees all. */
  onlyOf(req: IncomingMessage): string | undefined {
    return this.#sight === "all" ? undefined : (this.nameOf(req) ?? NOBODY);
  }

  sees(req: IncomingMessage, job: Pick<JobRecord, "client">): boolean {
    const only = this.onlyOf(req);
    return only === undefined || only === job.client;
  }
}

/** No token has this name. */
const NOBODY = "";

/** Also for another client's job: whether it exists is nobody else's business. */
export function noSuchJob(id: string): AppError {
  return new AppError("no_such_job", `There is no job ${id.slice(0, 64)}.`, { status: 404 });
}
