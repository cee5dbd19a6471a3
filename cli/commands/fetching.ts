import { join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { Pending } from "../../shared/async/pending.ts";
import { Semaphore } from "../../shared/async/semaphore.ts";
import type { FileView } from "../../shared/contract/jobs.ts";
import { CodedError, type Failure } from "../../shared/errors.ts";
import { safeFolders, withoutNumber } from "../files/safeName.ts";
import { save, savedBefore } from "../files/save.ts";
import type { FleetClient } from "../sdk/index.ts";

export interface FetchRequest {
  readonly client: FleetClient;
  readonly signal: AbortSignal;
  /** Folder for the results; without one they are not fetched. */
  readonly out?: string | undefined;
  /** `flat`: all results stand in that folder itself; else in folders as those of their inputs. */
  readonly layout?: "tree" | "flat" | undefined;
  /** True for a job whose results an earlier command has fetched in part: a result that is there is not fetched again. */
  readonly isContinued?: true;
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

  /** `onFetched` is called when the result is in its folder or cannot be had; at once when nothing is fetched. */
  add(target: Fetched, result: ResultLink, onFetched: () => void = () => undefined): void {
    const { out, layout } = this.#request;
    if (out === undefined || result.url === undefined) {
      onFetched();
      return;
    }
    const { url, path = "" } = result;
    const folder = layout === "flat" ? out : join(out, ...safeFolders(path));
    const fetch = this.#atOnce.use(() => this.#fetch(target, { ...result, url, folder }));
    this.#fetches.start(fetch.then(onFetched));
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
    const { client, signal, isContinued } = this.#request;
    const given = result.saved_as ?? result.url;
    const wireName = result.filename === undefined ? given : withoutNumber(given, result.filename);
    const place = { folder: result.folder, wireName, sha256: result.result_sha256 };
    const before = isContinued === true ? await savedBefore(place) : undefined;
    if (before !== undefined) return before;
    const stream = await client.download(result.url, { signal });
    const content = Readable.fromWeb(stream as NodeStream<Uint8Array>);
    try {
      return await save({ ...place, content, signal });
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
