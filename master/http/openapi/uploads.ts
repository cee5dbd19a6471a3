import type { Operation } from "./operation.ts";

const NO_UPLOAD = { 404: ["no_such_upload"], 410: ["upload_used"] } as const;
const VERSION = { 412: ["tus_version"] } as const;
const AWAY = {
  503: ["stopping", "store_unavailable", "store_refused", "database_unavailable", "no_space"],
  507: ["no_space"],
} as const;
const BYTES_ERRORS = {
  400: ["bad_upload_header", "client_gone"],
  408: ["upload_stalled", "request_timeout"],
  413: ["beyond_length"],
  460: ["wrong_checksum"],
} as const;

/** Files in several requests: tus 1.0 with creation, creation-with-upload, expiration, checksum and termination. */
export const UPLOAD_OPERATIONS = {
  "OPTIONS /uploads": {
    tag: "Uploads",
    summary: "Tells what of tus this server can do",
    access: "client",
    answers: {
      204: {
        description: "The versions, extensions and limits.",
        content: {},
        headers: ["Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"],
      },
    },
  },
  "POST /uploads": {
    tag: "Uploads",
    summary: "Begins a file that comes in several requests",
    description:
      "`filename` of `Upload-Metadata` is the name of the file. With `Content-Type: application/offset+octet-stream` the " +
      "body is its first bytes. A job takes the file by its id (`uploads` of `/assign_task`).",
    access: "client",
    headers: ["Tus-Resumable", "Upload-Length", "Upload-Metadata", "Upload-Checksum"],
    answers: {
      201: {
        description: "The upload is at `Location`.",
        content: {},
        headers: ["Location", "Upload-Offset", "Upload-Length", "Upload-Expires"],
      },
    },
    errors: {
      ...VERSION,
      ...AWAY,
      ...BYTES_ERRORS,
      413: ["too_large", "beyond_length"],
      429: ["too_many_uploads"],
    },
  },
  "HEAD /uploads/{id}": {
    tag: "Uploads",
    summary: "Tells how many bytes of an upload are here",
    description: "A request that still sends bytes of the upload ends with 423; what it brought is kept.",
    access: "client",
    path: ["id"],
    headers: ["Tus-Resumable"],
    answers: {
      200: {
        description: "The first `Upload-Offset` bytes are stored for good.",
        content: {},
        headers: ["Upload-Offset", "Upload-Length", "Upload-Expires", "Upload-Metadata"],
      },
    },
    errors: { ...VERSION, ...NO_UPLOAD, 423: ["upload_busy"] },
  },
  "PATCH /uploads/{id}": {
    tag: "Uploads",
    summary: "Sends further bytes of an upload",
    description:
      "When the request is cut off, the bytes that came are kept, unless it has `Upload-Checksum`: `HEAD` tells where to go on.",
    access: "client",
    path: ["id"],
    headers: ["Tus-Resumable", "Upload-Offset", "Upload-Checksum"],
    body: { bytes: "application/offset+octet-stream" },
    answers: {
      204: {
        description: "The bytes are stored for good.",
        content: {},
        headers: ["Upload-Offset", "Upload-Length", "Upload-Expires"],
      },
    },
    errors: {
      ...VERSION,
      ...NO_UPLOAD,
      ...AWAY,
      ...BYTES_ERRORS,
      400: [...BYTES_ERRORS[400], "too_many_pieces"],
      409: ["wrong_offset"],
      410: ["upload_used", "upload_damaged"],
      415: ["not_offset_stream"],
      423: ["upload_busy"],
    },
  },
  "DELETE /uploads/{id}": {
    tag: "Uploads",
    summary: "Removes an upload",
    access: "client",
    path: ["id"],
    headers: ["Tus-Resumable"],
    answers: { 204: { description: "Its bytes are gone.", content: {} } },
    errors: { ...VERSION, ...NO_UPLOAD, 423: ["upload_busy"] },
  },
} as const satisfies Readonly<Record<string, Operation>>;
