import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type { UploadFile } from "./files.ts";

/**
 * A multipart body (RFC 7578) that is made while it is read. The package form-data writes the header of a file
 * before it opens the file, so a file that cannot be opened would arrive empty; here such a file is left out.
 */
export interface Form {
  readonly contentType: string;
  readonly body: Readable;
}

export interface FormContents {
  /** Text fields; they are sent first, so that the master can check them before the files arrive. */
  readonly fields: Readonly<Record<string, string>>;
  readonly fileField: string;
  readonly files: Iterable<UploadFile> | AsyncIterable<UploadFile>;
  /** Called before the bytes of a file; the file gets the next index of the upload. */
  readonly onBegin: (file: UploadFile) => void;
  readonly onSent: (bytes: number) => void;
  /** Called for a file that cannot be opened and is left out. */
  readonly onUnreadable: (file: UploadFile, error: unknown) => void;
}

/** Small pieces are joined up to this size, so that thousands of small files do not make thousands of packets. */
const JOINED = 64 * 1024;

export function encodeForm(contents: FormContents): Form {
  const boundary = `manyhands-${randomBytes(18).toString("hex")}`;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Readable.from(joined(pieces(boundary, contents)), { objectMode: false }),
  };
}

async function* pieces(boundary: string, contents: FormContents): AsyncGenerator<Uint8Array> {
  for (const [name, value] of Object.entries(contents.fields)) {
    yield text(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`);
  }
  for await (const file of contents.files) {
    const content = await opened(file, contents);
    if (content === undefined) continue;
    contents.onBegin(file);
    yield text(
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(contents.fileField)}"; filename="${quoted(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    );
    for await (const chunk of content) {
      contents.onSent(chunk.length);
      yield chunk;
    }
    yield text("\r\n");
  }
  yield text(`--${boundary}--\r\n`);
}

async function opened(
  file: UploadFile,
  contents: FormContents,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    return await file.open();
  } catch (error) {
    contents.onUnreadable(file, error);
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

/** Escapes a name as browsers do; other control characters would break the header line for strict parsers. */
function quoted(name: string): string {
  return name
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll('"', "%22")
    .replace(/\p{Cc}/gu, "_");
}
