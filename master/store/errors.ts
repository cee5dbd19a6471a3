import { AppError } from "../../shared/errors.ts";

export function notStored(key: string, cause?: unknown): AppError {
  return new AppError("not_stored", "These bytes are no longer stored.", {
    status: 404,
    cause: cause ?? new Error(`no object under the key ${key}`),
  });
}

export function damaged(key: string): AppError {
  return new AppError("damaged_object", "These bytes are damaged on the disk of the store.", {
    cause: new Error(`the object under the key ${key} does not match its checksum or size`),
  });
}

export function tooLarge(limit: number): AppError {
  return new AppError("too_large", `The file is larger than the limit of ${limit} bytes.`, {
    status: 413,
    details: { limit },
  });
}
