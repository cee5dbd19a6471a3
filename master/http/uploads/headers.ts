import type { Request, RequestHandler, Response } from "express";
import { AppError, RequestError } from "../../../shared/errors.ts";
import type { UploadRecord } from "../../record/uploads.ts";
import { CHECKSUMS, type Checksum } from "../../uploads/growingUpload.ts";

/** Headers of tus 1.0 (https://tus.io/protocols/resumable-upload). */
const VERSION = "1.0.0";
const EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination";
export const OFFSET_STREAM = "application/offset+octet-stream";
/** Most characters of `Upload-Metadata`. */
const MOST_METADATA = 8_192;

/** Every answer tells the version, and every request does. @throws AppError `tus_version` (412) */
export const speakTus: RequestHandler = (req, res, next) => {
  res.setHeader("Tus-Resumable", VERSION);
  if (req.method === "OPTIONS" || req.get("Tus-Resumable") === VERSION) return next();
  throw new AppError("tus_version", "Uploads in several requests need the header Tus-Resumable: 1.0.0.", {
    status: 412,
    headers: { "Tus-Version": VERSION },
  });
};

/** What this server can do. */
export function setAbilities(res: Response, maxBytes: number): void {
  res.set({
    "Tus-Version": VERSION,
    "Tus-Extension": EXTENSIONS,
    "Tus-Max-Size": String(maxBytes),
    "Tus-Checksum-Algorithm": CHECKSUMS.join(","),
  });
}

export function setProgress(res: Response, { received, length, expiresAt }: UploadRecord): void {
  res.set({
    "Upload-Offset": String(received),
    "Upload-Length": String(length),
    "Upload-Expires": new Date(expiresAt).toUTCString(),
    "Cache-Control": "no-store",
  });
}

/** @throws RequestError `bad_upload_header` */
export function readBytes(req: Request, header: "Upload-Length" | "Upload-Offset"): number {
  const given = req.get(header)?.trim() ?? "";
  const bytes = Number(given);
  if (/^\d{1,16}$/.test(given) && Number.isSafeInteger(bytes)) return bytes;
  throw badHeader(header, given === "" ? "is missing: a number of bytes" : "is not a number of bytes");
}

/** Undefined without one. @throws RequestError `bad_upload_header` */
export function readChecksum(req: Request): Checksum | undefined {
  const given = req.get("Upload-Checksum");
  if (given === undefined) return undefined;
  const [name, digest = ""] = given.trim().split(/\s+/);
  const algorithm = CHECKSUMS.find((known) => known === name);
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(digest);
  if (algorithm !== undefined && isBase64) return { algorithm, digest: Buffer.from(digest, "base64") };
  throw badHeader("Upload-Checksum", `is one of ${CHECKSUMS.join(", ")}, a space, and the digest in Base64`);
}

/** As it came; names are read when a job has the upload. @throws RequestError `bad_upload_header` */
export function readMetadata(req: Request): string {
  const given = req.get("Upload-Metadata")?.trim() ?? "";
  if (given.length > MOST_METADATA) throw badHeader("Upload-Metadata", "is longer than 8192 characters");
  const isValid = given === "" || given.split(",").every((pair) => PAIR.test(pair.trim()));
  if (isValid) return given;
  throw badHeader("Upload-Metadata", "is a list of keys, each with a value in Base64, with commas between");
}

const PAIR = /^[\x21-\x2b\x2d-\x7e]+( [A-Za-z0-9+/]*={0,2})?$/;

/** The file's name in `Upload-Metadata`: `filename`, or `name` as some clients say; undefined without one. */
export function filenameOf(metadata: string): string | undefined {
  const pairs = metadata.split(",").map((pair) => pair.trim().split(" "));
  const values = new Map(pairs.map(([key = "", value = ""]) => [key, value]));
  const value = values.get("filename") ?? values.get("name") ?? "";
  return Buffer.from(value, "base64").toString("utf8") || undefined;
}

/** @throws AppError `not_offset_stream` (415) */
export function requireOffsetStream(req: Request): void {
  if (isOffsetStream(req)) return;
  throw new AppError("not_offset_stream", `The bytes of an upload come as ${OFFSET_STREAM}.`, {
    status: 415,
    details: { field: "Content-Type", valid_values: [OFFSET_STREAM] },
  });
}

export function isOffsetStream(req: Request): boolean {
  return (req.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() === OFFSET_STREAM;
}

export function badHeader(header: string, fault: string): RequestError {
  return new RequestError("bad_upload_header", `The header ${header} ${fault}.`, {
    details: { field: header },
  });
}
