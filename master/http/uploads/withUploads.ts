import type { Request } from "express";
import { taskNamed } from "../../../shared/tasks/registry.ts";
import type { Upload, UploadedFile } from "../../jobs/intake.ts";
import { nameWithoutFolders, safePath } from "../../record/names.ts";
import type { UploadRecord } from "../../record/uploads.ts";
import { noSuchUpload } from "../../uploads/errors.ts";
import type { JobUploads, UploadInput } from "../../uploads/jobUploads.ts";
import type { Uploads } from "../../uploads/uploads.ts";
import type { Clients } from "../clients.ts";
import type { WantedUpload } from "./field.ts";
import { filenameOf } from "./headers.ts";

export interface WithUploadsDeps {
  readonly uploads: Pick<Uploads, "get">;
  readonly clients: Pick<Clients, "sees">;
}

/** A request whose files are in the store, and the uploads that belong to it. */
export interface ReceivedUpload extends Upload {
  readonly uploads: readonly WantedUpload[];
}

/**
 * The request with its uploads as files, each at the index that it asks for, the others behind.
 * @throws AppError `no_such_upload` (404), also for one of another client; `upload_unfinished` (409)
 */
export async function withUploads(
  deps: WithUploadsDeps,
  { req, received }: { readonly req: Request; readonly received: ReceivedUpload },
  jobUploads: Pick<JobUploads, "take">,
): Promise<Upload> {
  const { uploads: wanted } = received;
  if (wanted.length === 0) return received;
  const found: UploadRecord[] = [];
  for (const { id } of wanted) {
    const upload = await deps.uploads.get(id);
    if (upload === undefined || !deps.clients.sees(req, upload)) throw noSuchUpload(id);
    found.push(upload);
  }
  const inputs = await jobUploads.take(found);
  const { field } = taskNamed(received.taskType);
  const placed = inputs.map((input, place) => ({
    file: fileOf(input, wanted[place]?.field ?? field),
    index: wanted[place]?.index ?? Number.POSITIVE_INFINITY,
  }));
  const files = [...received.files];
  // From the lowest index on, so that each file is at its own when all are in.
  for (const { file, index } of placed.toSorted((a, b) => compared(a.index, b.index)))
    files.splice(index, 0, file);
  return { ...received, files };
}

function compared(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function fileOf({ upload, key, bytes, sha256 }: UploadInput, field: string): UploadedFile {
  const filename = filenameOf(upload.metadata) ?? upload.id;
  return {
    field,
    filename: nameWithoutFolders(filename),
    path: safePath(filename),
    key,
    bytes,
    sha256,
  };
}
