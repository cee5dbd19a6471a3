import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { INPUT_NOT_FETCHED, type LeaseStoreInputs } from "../../shared/contract/lease.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
import type { PlacedFile } from "./sharedInputs.ts";
import { fileSink } from "./sink.ts";

/** Inputs of a lease that are fetched at a time. */
const AT_ONCE = 4;

/** Inputs of a lease that this slave fetches from the bucket itself. */
export interface InputsToFetch {
  readonly inputs: LeaseStoreInputs;
  /** A server that sends nothing for so long is given up. */
  readonly idleSeconds: number;
}

/**
 * The inputs that a lease tells to fetch; undefined without the field. @param origin the one server that this slave fetches from
 * @throws RequestError `bad_store_inputs` for an address at another server
 */
export function storeInputs(
  inputs: LeaseStoreInputs | undefined,
  { origin, idleSeconds }: { readonly origin: string | undefined; readonly idleSeconds: number },
): InputsToFetch | undefined {
  if (inputs === undefined) return undefined;
  const isElsewhere = Object.values(inputs).some(({ url }) => new URL(url).origin !== origin);
  if (origin === undefined || isElsewhere) throw badStoreInputs();
  return { inputs, idleSeconds };
}

/** Fetches them, small ones into memory and the others into `folder`. @throws AppError `input_not_fetched` (409) */
export async function fetchInputs(
  { inputs, idleSeconds }: InputsToFetch,
  { folder, smallBytes }: { readonly folder: string; readonly smallBytes: number },
): Promise<PlacedFile[]> {
  const placed: PlacedFile[] = [];
  const sink = fileSink(folder, smallBytes);
  await eachAtMost(Object.entries(inputs), AT_ONCE, async ([index, input]) => {
    const file = await fetched(input, sink, idleSeconds);
    if (file.bytes !== input.bytes || file.sha256 !== input.sha256)
      throw notFetched(input.filename, "it has other bytes than its master says");
    placed.push({ index: Number(index), file });
  });
  return placed;
}

async function fetched(
  { filename, bytes, url }: LeaseStoreInputs[string],
  sink: ReturnType<typeof fileSink>,
  idleSeconds: number,
): Promise<LocalFile> {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(new Error("the server fell silent")), idleSeconds * 1_000);
  try {
    // An address that leads elsewhere is none that was allowed.
    const answer = await fetch(url, { redirect: "error", signal: idle.signal });
    if (!answer.ok || answer.body === null) throw new Error(`the server answered ${answer.status}`);
    const body = Readable.fromWeb(answer.body as ReadableStream<Uint8Array>);
    const stream = Readable.from(
      noLongerThan(body, bytes, () => timer.refresh()),
      { objectMode: false },
    );
    return await sink(stream, { filename });
  } catch (error) {
    throw notFetched(filename, reasonOf(error), error);
  } finally {
    clearTimeout(timer);
    idle.abort();
  }
}

async function* noLongerThan(body: Readable, bytes: number, heard: () => void): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    heard();
    left -= chunk.length;
    if (left < 0) throw new Error("it is longer than its master says");
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

/** Why a fetch failed: without the address, which lets its owner read the object. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { readonly message?: string; readonly cause?: unknown };
  return cause instanceof Error && cause.message !== "" ? cause.message : String(message);
}

function notFetched(filename: string, reason: string, cause?: unknown): AppError {
  return new AppError(INPUT_NOT_FETCHED, `${filename} could not be fetched from the bucket: ${reason}.`, {
    status: 409,
    details: { field: "store_inputs" },
    cause,
  });
}

export function badStoreInputs(cause?: unknown): RequestError {
  return new RequestError("bad_store_inputs", "The field store_inputs cannot be used.", {
    details: { field: "store_inputs" },
    cause,
  });
}
