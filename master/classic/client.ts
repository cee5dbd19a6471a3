import type { IncomingHttpHeaders } from "node:http";

/** Headers that the client of the Python service does not know. */
const HEADERS = ["prefer", "idempotency-key", "priority"];

interface UploadForm {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: readonly { readonly mimeType: string }[];
}

/**
 * Whether an upload comes from the client of the Python service: it uses the library `requests`, sends each file as
 * `application/octet-stream`, and has none of the headers and fields that this service adds.
 */
export function isClassicUpload(headers: IncomingHttpHeaders, { fields, files }: UploadForm): boolean {
  const { "user-agent": agent = "", accept = "*/*" } = headers;
  return (
    agent.startsWith("python-requests/") &&
    accept === "*/*" &&
    HEADERS.every((name) => headers[name] === undefined) &&
    Object.keys(fields).every((name) => name === "task_type") &&
    files.every(({ mimeType }) => mimeType === "application/octet-stream")
  );
}
