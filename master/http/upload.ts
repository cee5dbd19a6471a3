import type { Request, Response } from "express";
import { type AppError, RequestError } from "../../shared/errors.ts";
import { type MultipartLimits, readMultipart, textField } from "../../shared/http/multipart.ts";
import { isClassicUpload } from "../classic/client.ts";
import type { UploadedFile } from "../jobs/intake.ts";
import { nameWithoutFolders, safePath } from "../record/names.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import type { DiskSpace } from "../upkeep/diskSpace.ts";
import { readCache } from "./cacheField.ts";
import { readCallback, type Webhooks } from "./callbackField.ts";
import { readJobName } from "./nameField.ts";
import { readPriority } from "./priority.ts";
import { refuseOtherBodies, taskOfFields } from "./taskType.ts";
import { readUploads } from "./uploads/field.ts";
import type { ReceivedUpload } from "./uploads/withUploads.ts";

export interface UploadDeps {
  readonly store: ByteStore;
  readonly limits: MultipartLimits;
  readonly disk: Pick<DiskSpace, "admit">;
  /** Why jobs cannot be recorded now; undefined while they can. */
  readonly outage: () => AppError | undefined;
  readonly webhooks: Webhooks;
}

export interface UploadTerms {
  readonly req: Request;
  readonly res: Response;
  readonly id: string;
  /** Whether its files must survive a power loss. */
  readonly durable: boolean;
}

/** Text fields of `/assign_task`. Another one is an error: most likely it is misspelt. */
const FIELDS = ["task_type", "options", "budgets", "priority", "name", "callback", "cache", "uploads"];

/** Inputs up to this size share files: to create and remove a file costs as much as to write this many bytes. */
const SMALL_INPUT = 256 * 1024;

/**
 * Streams a multipart request into the store. The fields are checked when all of it has arrived, so they may come
 * in any order. When the request fails, its stored files are removed.
 */
export async function receiveUpload(
  deps: UploadDeps,
  { req, res, id, durable }: UploadTerms,
): Promise<ReceivedUpload> {
  const { store, limits, disk } = deps;
  refuseOtherBodies(req);
  refuseWhileAway(deps);
  const { signal, release } = await disk.admit(Number(req.headers["content-length"] ?? 0) || 0);
  const put = { group: id, limit: limits.fileBytes, durable, smallBytes: SMALL_INPUT };
  const form = await readMultipart<StoredObject & Pick<UploadedFile, "filename" | "path">>(req, res, {
    limits,
    // One listener for the upload, not one for each of thousands of files.
    signal,
    // Names are made here, while the bytes arrive: those of all files together would hold the event loop.
    sink: async (stream, { filename }) => {
      const stored = await store.put(stream, put);
      return { ...stored, filename: nameWithoutFolders(filename), path: safePath(filename) };
    },
    remove: (stored) => store.remove([stored.key]),
  }).finally(release);
  const files = form.files.map(({ field, stored }) => ({ field, ...stored }));
  try {
    const unknown = Object.keys(form.fields).find((name) => !FIELDS.includes(name));
    if (unknown !== undefined) throw unknownField(unknown);
    const uploads = readUploads(textField(form, "uploads"), limits.files - files.length);
    const fields = [...files, ...uploads.flatMap(({ field }) => (field === undefined ? [] : [{ field }]))];
    const taskType = textField(form, "task_type") ?? taskOfFields(req, fields);
    const budgets = textField(form, "budgets");
    const priority = readPriority(req, textField(form, "priority"));
    const name = readJobName(textField(form, "name"));
    const cache = readCache(textField(form, "cache"));
    const callback = await readCallback(req, textField(form, "callback"), deps.webhooks);
    const isClassic = isClassicUpload(req.headers, form);
    const options = textField(form, "options");
    return { id, name, taskType, options, budgets, priority, cache, callback, files, uploads, isClassic };
  } catch (error) {
    await store.remove(files.map((file) => file.key));
    throw error;
  }
}

/** Before the body is read: a client must not send gigabytes that cannot become a job. */
export function refuseWhileAway({ store, outage }: Pick<UploadDeps, "store" | "outage">): void {
  const problem = outage() ?? store.trouble;
  if (problem !== undefined) throw problem;
}

function unknownField(field: string): RequestError {
  return new RequestError(
    "unknown_field",
    `The field ${field} is not known. Files are sent with a file name (curl: -F ${field}=@file).`,
    { details: { field, valid_values: FIELDS } },
  );
}
