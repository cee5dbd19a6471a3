import { INPUT_NOT_KEPT, type LeaseSharedInputs } from "../../shared/contract/lease.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
import type { InputCache } from "../inputCache.ts";

/** A file with its index among the files of the lease. */
export interface PlacedFile {
  readonly index: number;
  readonly file: LocalFile;
}

type SharedEntry = LeaseSharedInputs[string] & { readonly index: number };

/** Inputs of a lease that this slave keeps. */
export interface SharedInputs {
  readonly cache: InputCache;
  /** Those that the request brings, and those that came before. */
  readonly sent: readonly SharedEntry[];
  readonly kept: readonly SharedEntry[];
}

/** The inputs that a lease shares; undefined without the field. @throws RequestError `bad_shared_inputs` */
export function sharedInputs(
  field: LeaseSharedInputs | undefined,
  cache: InputCache | undefined,
): SharedInputs | undefined {
  if (field === undefined) return undefined;
  if (cache === undefined) throw badSharedInputs();
  const all = Object.entries(field).map(([index, input]) => ({ ...input, index: Number(index) }));
  return { cache, sent: all.filter(({ sent }) => sent), kept: all.filter(({ sent }) => !sent) };
}

/** Links the inputs that came before into `folder`. @throws AppError `input_not_kept` (409) when one is gone */
export async function takeKept({ cache, kept }: SharedInputs, folder: string): Promise<PlacedFile[]> {
  const taken: PlacedFile[] = [];
  for (const { index, filename, bytes, sha256 } of kept) {
    const path = await cache.take(sha256, bytes, folder);
    if (path === undefined) throw notKept(filename);
    taken.push({ index, file: { filename, bytes, sha256, body: { path } } });
  }
  return taken;
}

/**
 * Keeps the inputs that the request brought. @param files all files of the lease
 * @throws RequestError `bad_shared_inputs` when one has other bytes than its master says
 */
export async function keepSent({ cache, sent }: SharedInputs, files: readonly LocalFile[]): Promise<void> {
  for (const { index, filename, sha256 } of sent) {
    const file = files[index];
    if (file?.sha256 !== sha256)
      throw badSharedInputs(`${filename} arrived with other bytes than announced.`);
    await cache.keep(file);
  }
}

function notKept(filename: string): AppError {
  return new AppError(INPUT_NOT_KEPT, `${filename} is no longer kept here: send it again.`, {
    status: 409,
    details: { field: "shared_inputs" },
  });
}

export function badSharedInputs(
  message = "The field shared_inputs cannot be used.",
  cause?: unknown,
): RequestError {
  return new RequestError("bad_shared_inputs", message, { details: { field: "shared_inputs" }, cause });
}
