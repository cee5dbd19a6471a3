import { join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { Pending } from "../../shared/async/pending.ts";
import { Semaphore } from "../../shared/async/semaphore.ts";
import type { FileView } from "../../shared/contract/jobs.ts";
import { CodedError, type Failure } from "../../shared/errors.ts";
import { safeFolders, withoutNumber } from "../files/safeName.ts";
import { save } from "../files/save.ts";
import type { FleetClient } from "../sdk/index.ts";

export interface FetchRequest {
  readonly client: FleetClient;
  readonly signal: AbortSignal;
  /** Folder for the results; without one they are not fetched. */
  readonly out?: string | undefined;
}

/** What becomes of a result when it is fetched. */
export interface Fetched {
  /** Path of the fetched result. */
  savedTo?: string;
  /** Why the result was not fetched. */
  saveFailure?: Failure;
}

/** Members of a JSON document for a result that was fetched. */
export function fetchedMembers({ savedTo, saveFailure }: Fetched): object {
  return {
    ...(savedTo === undefined ? {} : { saved_to: savedTo }),
    ...(saveFailure === undefined ? {} : { save_failure: saveFailure }),
  };
}

/** Results that are fetched at the same time. */
const FETCHES_AT_ONCE = 4;

/** Fetches results, a few at the same time. A result that cannot be fetched is noted in its target. */
export class Fetching {
  readonly #request: FetchRequest;
  readonly #atOnce = new Semaphore(FETCHES_AT_ONCE);
  readonly #fetches = new Pending(Number.POSITIVE_INFINITY);

  constructor(request: FetchRequest) {
    this.#request = request;
  }

  add(target: Fetched, result: ResultLink): void {
    const { out } = this.#request;
    if (out === undefined || result.url === undefined) return;
    const { url, path = "" } = result;
    const folder = join(out, ...safeFolders(path));
    this.#fetches.start(this.#atOnce.use(() => this.#fetch(target, { ...result, url, folder })));
  }

  async ended(): Promise<void> {
    await this.#fetches.all();
  }

  async #fetch(target: Fetched, result: WantedResult): Promise<void> {
    try {
      target.savedTo = await this.#saved(result, 1);
    } catch (error) {
      target.saveFailure = failureOf(error);
    }
  }

  async #saved(result: WantedResult, tries: number): Promise<string> {
    const { client, signal } = this.#request;
    const stream = await client.download(result.url, { signal });
    const content = Readable.fromWeb(stream as NodeStream<Uint8Array>);
    const given = result.saved_as ?? result.url;
    const wireName = result.filename === undefined ? given : withoutNumber(given, result.filename);
    try {
      return await save({ ...result, wireName, content, sha256: result.result_sha256, signal });
    } catch (error) {
      if (signal.aborted || error instanceof CodedError || tries === MOST_TRIES) throw error;
      return await this.#saved(result, tries + 1);
    }
  }
}

/** How often a result is fetched when the connection breaks in its middle. */
const MOST_TRIES = 3;

/**
 * Where a result is, with the digest of its bytes if the master tells it, and the name and relative path of its input,
 * whose folders it gets. A result of a whole job has no input.
 */
export interface ResultLink extends Pick<FileView, "url" | "saved_as" | "result_sha256"> {
  readonly filename?: string;
  readonly path?: string | undefined;
}
type WantedResult = ResultLink & { readonly url: string; readonly folder: string };

function failureOf(error: unknown): Failure {
  if (error instanceof CodedError) return { code: error.code, error: error.message };
  return { code: "not_fetched", error: "The result could not be fetched." };
}
