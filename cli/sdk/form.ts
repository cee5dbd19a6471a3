import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { UploadFile } from "./files.ts";

/**
 * A multipart body (RFC 7578) written as it is read. The form-data package writes the header of a part
 * before its stream is opened, so a file that cannot be opened would still arrive, empty; here it is
 * opened first and left out.
 */
export interface Form {
  readonly contentType: string;
  readonly body: Readable;
}

export interface FormParts {
  /** Text fields; they go first, so that a master may judge them before the files. */
  readonly fields: Readonly<Record<string, string>>;
  readonly fileField: string;
  readonly files: Iterable<UploadFile> | AsyncIterable<UploadFile>;
  /** A file's part begins: it has the next index of the upload. */
  readonly onBegin: (file: UploadFile) => void;
  readonly onSent: (bytes: number) => void;
  /** A file that could not be opened, and is not part of the upload. */
  readonly onUnreadable: (file: UploadFile, error: unknown) => void;
}

/** Small pieces are joined up to this size: thousands of small files are not thousands of packets. */
const JOINED = 64 * 1024;

export function encodeForm(parts: FormParts): Form {
  const boundary = `manyhands-${randomBytes(18).toString("hex")}`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Readable.from(joined(pieces(boundary, parts)), { objectMode: false }),
  };
}

async function* pieces(boundary: string, parts: FormParts): AsyncGenerator<Uint8Array> {
  for (const [name, value] of Object.entries(parts.fields)) {
    yield text(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`);
  }
  for await (const file of parts.files) {
    const content = await opened(file, parts);
    if (content === undefined) continue;
    parts.onBegin(file);
    yield text(
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(parts.fileField)}"; filename="${quoted(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    );
    for await (const chunk of content) {
      parts.onSent(chunk.length);
      yield chunk;
    }
    yield text("\r\n");
  }
  yield text(`--${boundary}--\r\n`);
}

async function opened(file: UploadFile, parts: FormParts): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    return await file.open();
  } catch (error) {
    parts.onUnreadable(file, error);
    return undefined;
  }
}

async function* joined(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of source) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < JOINED) continue;
    yield waiting.length === 1 ? piece : Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

function text(line: string): Buffer {
  return Buffer.from(line, "utf8");
}

/** As browsers write it; other control characters would break the header line for strict parsers. */
function quoted(name: string): string {
  return name
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll('"', "%22")
    .replace(/\p{Cc}/gu, "_");
}
