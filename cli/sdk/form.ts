import type { OpenableFile } from "./files.ts";
import type { CallBody } from "./http.ts";
import type { HeldFiles } from "./largeFiles.ts";
import { streamed } from "./streamed.ts";
import { joinedBytes } from "./transport.ts";

export interface FormContents {
  /** Text fields; they are sent first, so that the master can check them before the files arrive. */
  readonly fields: Readonly<Record<string, string>>;
  readonly fileField: string;
  readonly files: AsyncIterable<OpenableFile>;
  /** Files that the master has: they are named in the field `uploads`, which comes last. */
  readonly sent: HeldFiles;
  /** Called before the bytes of a file. */
  readonly onBegin: (file: OpenableFile) => void;
  readonly onSent: (bytes: number) => void;
  /** Called for a file that cannot be opened and is left out; it throws when that must not be. */
  readonly onUnreadable: (file: OpenableFile, error: unknown) => void;
}

/**
 * A multipart body (RFC 7578) that is made while it is read, one file after the other. `fetch` can make one itself only
 * of files that are known before the first byte, and then a file that cannot be read breaks the others.
 */
export function streamedForm(boundary: string, contents: FormContents): CallBody {
  return streamed(pieces(boundary, contents));
}

/** The same for browsers, which stream the blobs of a form but no other bodies. */
export async function blobForm(contents: FormContents): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(contents.fields)) form.append(name, value);
  const uploads = new UploadsField(contents);
  for await (const file of contents.files) {
    if (uploads.has(file)) continue;
    const blob = await blobOf(file).catch((error: unknown) => contents.onUnreadable(file, error));
    if (blob === undefined) continue;
    uploads.begin(file);
    form.append(contents.fileField, blob, file.name);
  }
  if (uploads.text !== undefined) form.append("uploads", uploads.text);
  return form;
}

async function blobOf(file: OpenableFile): Promise<Blob> {
  if (file.input instanceof Blob) return file.input;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of await file.open()) chunks.push(joinedBytes([chunk]));
  return new Blob(chunks);
}

async function* pieces(boundary: string, contents: FormContents): AsyncGenerator<Uint8Array> {
  const field = (name: string, value: string) =>
    encoded(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`);
  for (const [name, value] of Object.entries(contents.fields)) yield field(name, value);
  const uploads = new UploadsField(contents);
  for await (const file of contents.files) {
    if (uploads.has(file)) continue;
    const content = await opened(file, contents);
    if (content === undefined) continue;
    uploads.begin(file);
    yield encoded(
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(contents.fileField)}"; filename="${quoted(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    );
    for await (const chunk of content) {
      contents.onSent(chunk.length);
      yield chunk;
    }
    yield encoded("\r\n");
  }
  if (uploads.text !== undefined) yield field("uploads", uploads.text);
  yield encoded(`--${boundary}--\r\n`);
}

/** The field that names the files that the master has, each with its index among all of the job. */
class UploadsField {
  readonly #contents: FormContents;
  readonly #named: { readonly id: string; readonly index: number }[] = [];
  #index = 0;

  constructor(contents: FormContents) {
    this.#contents = contents;
  }

  /** Whether the file is named here; it counts as begun then. */
  has(file: OpenableFile): boolean {
    const sent = this.#contents.sent.get(file.input);
    if (sent === undefined) return false;
    this.#named.push({ id: sent.id, index: this.#index });
    this.begin(file);
    return true;
  }

  begin(file: OpenableFile): void {
    this.#contents.onBegin(file);
    this.#index += 1;
  }

  /** Undefined when it names none. */
  get text(): string | undefined {
    return this.#named.length === 0 ? undefined : JSON.stringify(this.#named);
  }
}

async function opened(
  file: OpenableFile,
  contents: FormContents,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    return await file.open();
  } catch (error) {
    contents.onUnreadable(file, error);
    return undefined;
  }
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Escapes a name as browsers do; other control characters would break the header line for strict parsers. */
function quoted(name: string): string {
  return name
    .replaceAll("\r", "%0D")
    .replaceAll("\n", "%0A")
    .replaceAll('"', "%22")
    .replace(/\p{Cc}/gu, "_");
}
