import type { z } from "zod";
import type { ErrorCode } from "../../../shared/codes.ts";

/** Description of a route; its handler is in `routes.ts`. */
export interface Operation {
  readonly tag: "Jobs" | "Uploads" | "Results" | "Slaves" | "About";
  readonly summary: string;
  readonly description?: string;
  /** Guard of the route: none, that of clients with a token, or that of slaves with the fleet's token. */
  readonly access: "open" | "client" | "fleet";
  /** Other paths of the same route. */
  readonly aliases?: readonly string[];
  readonly path?: readonly (keyof typeof PATH_PARAMETERS)[];
  readonly query?: z.ZodObject;
  /** The classic service has this route, and ignores query parameters: other routes refuse those that they do not know. */
  readonly classic?: true;
  /** Headers of the request that change the answer. */
  readonly headers?: readonly (keyof typeof REQUEST_HEADERS)[];
  readonly body?: BodySpec;
  /** Answers without an error, by status. */
  readonly answers: Readonly<Record<number, ResponseSpec>>;
  /** Codes of the route's own errors, by status; those that any route may answer are added. */
  readonly errors?: Readonly<Record<number, readonly ErrorCode[]>>;
}

export type BodySpec =
  | { readonly json: z.ZodType; readonly required?: true }
  | { readonly form: "upload" }
  /** Bytes of this media type. */
  | { readonly bytes: string };

export interface ResponseSpec {
  readonly description: string;
  /** By media type. */
  readonly content: Readonly<Record<string, z.ZodType | "text" | "bytes">>;
  readonly headers?: readonly (keyof typeof ANSWER_HEADERS)[];
}

export const JSON_TYPE = "application/json";

/** Errors of routes that need a token. */
export const TOKEN_ERRORS = { 401: ["unauthorized"], 429: ["too_many_attempts"] } as const;

export const PATH_PARAMETERS = {
  id: "Id of the job, of the upload, or of the slave.",
  index: "Index of the file in the upload, from 0.",
  sha256: "SHA-256 of the input: 64 hexadecimal digits.",
  task: "`task_type` of the task.",
  name: "Name of the result, as it was saved; of a schema, the task.",
} as const;

export const REQUEST_HEADERS = {
  Prefer:
    "`respond-async`: 202 once job and files are on disk; `wait=N` with it: wait for the job N seconds (60 at most) " +
    "first. `return=representation`: JSON results inline. RFC 7240.",
  "Idempotency-Key":
    "1 to 255 printable ASCII characters. The same key with the same request is the same job.",
  Priority: "Priority of the job, 1 to 10, as the form field; other values of RFC 9218 are ignored.",
  Accept: "`application/x-ndjson`: a line for each file the moment it is done.",
  "Last-Event-ID": "Id of the last event that the client has: what came after it is sent.",
  "Tus-Resumable": "`1.0.0`.",
  "Upload-Length": "Bytes of the whole file.",
  "Upload-Offset": "Bytes that are there: the body begins behind them.",
  "Upload-Metadata": "Keys, each with a value in Base64, with commas between; `filename` is read.",
  "Upload-Checksum": "Hash function and digest of the body in Base64: `sha256 …`.",
  Range: "Bytes that are wanted. RFC 9110.",
  "If-None-Match": "An `ETag`: 304 when it is still the one.",
  "If-Range": "An `ETag`: `Range` counts only while it is still the one.",
} as const;

export const ANSWER_HEADERS = {
  Location: "Address of the job, or of a result in the bucket.",
  "Preference-Applied": "Which preferences the answer follows.",
  "Idempotency-Replayed": "`true`: the key stood for this job already.",
  "Tus-Version": "Versions of tus.",
  "Tus-Extension": "Extensions of tus.",
  "Tus-Max-Size": "Most bytes of a file (MAX_FILE_BYTES).",
  "Tus-Checksum-Algorithm": "Hash functions of `Upload-Checksum`.",
  "Upload-Offset": "Bytes that are stored for good.",
  "Upload-Length": "Bytes of the whole file.",
  "Upload-Metadata": "What the client said of the file.",
  "Upload-Expires": "Time after which the upload is removed.",
  "Retry-After": "Seconds after which the same request may succeed.",
  ETag: "SHA-256 of the bytes, in quotes.",
  "Accept-Ranges": "`bytes`.",
  "Content-Range": "Which bytes these are, of how many.",
  "Content-Location": "With `latest`: address of the result that this is.",
  "Content-Disposition": "`attachment` with the name; `inline` for inputs that a browser shows.",
  "Set-Cookie": "The session's cookie: HttpOnly, SameSite=Strict, and Secure under TLS.",
  Allow: "Methods that the address knows.",
  "WWW-Authenticate": "`Bearer` for programs, `Basic` for a browser that opens the address.",
} as const;
