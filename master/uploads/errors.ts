import { AppError, RequestError, UnavailableError } from "../../shared/errors.ts";

/** Also for an upload of another client: a client must not learn that it exists. */
export function noSuchUpload(id: string): AppError {
  return new AppError("no_such_upload", `There is no upload ${id.slice(0, 64)}.`, { status: 404 });
}

export function uploadBusy(): AppError {
  return busy("Another request sends bytes of this upload now.");
}

/** For a request that still sends while another one begins. */
export function uploadTakenOver(): AppError {
  return busy("Another request goes on with this upload. Ask with HEAD how far it is.");
}

function busy(text: string): AppError {
  return new AppError("upload_busy", text, { status: 423, retryAfter: 1 });
}

export function wrongOffset(offset: number): RequestError {
  const text = `The upload has ${offset} bytes; its next bytes begin there (Upload-Offset).`;
  return new RequestError("wrong_offset", text, { status: 409, details: { offset } });
}

/** Another request, perhaps to another master, brought bytes first. */
export function grownMeanwhile(): RequestError {
  const text = "Another request sent bytes of this upload. Ask with HEAD how far it is.";
  return new RequestError("wrong_offset", text, { status: 409 });
}

export function wrongChecksum(): RequestError {
  return new RequestError(
    "wrong_checksum",
    "The bytes do not have the checksum that was told (Upload-Checksum). They are not kept; send them again.",
    { status: 460 },
  );
}

export function beyondLength(length: number): RequestError {
  return new RequestError(
    "beyond_length",
    `The upload has ${length} bytes (Upload-Length), and the request sends more.`,
    { status: 413, details: { limit: length } },
  );
}

export function uploadUnfinished(id: string, { received, length }: { received: number; length: number }) {
  return new RequestError(
    "upload_unfinished",
    `Of the upload ${id} ${received} of ${length} bytes are here; a job can have it when it is whole.`,
    { status: 409, details: { offset: received, length } },
  );
}

/** @param status 409 for a job that wants it, 410 for a request to its address */
export function uploadUsed(id: string, status: 409 | 410): RequestError {
  return new RequestError("upload_used", `A job has the upload ${id} already.`, { status });
}

export function uploadDamaged(id: string, cause?: unknown): AppError {
  const text = `Bytes of the upload ${id} are not here any more. Send the file again as a new upload.`;
  return new AppError("upload_damaged", text, { status: 410, cause });
}

/** @param whose the client's own ones, or those of all */
export function tooManyUploads(most: number, whose: "client" | "all"): AppError {
  const are = whose === "client" ? "You have" : "There are";
  return new AppError(
    "too_many_uploads",
    `${are} ${most} uploads that no job has. Send jobs with them, or remove some.`,
    { status: 429, retryAfter: 60, details: { limit: most } },
  );
}

export function tooManyPieces(most: number): RequestError {
  return new RequestError(
    "too_many_pieces",
    `The upload came in ${most} requests. Remove it, and send the file again with more bytes in each.`,
    { details: { limit: most } },
  );
}

export function stopping(): UnavailableError {
  return new UnavailableError("stopping", "The master stops. Go on with the upload when it is back.");
}
