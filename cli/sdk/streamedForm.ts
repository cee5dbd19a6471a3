import { changedFile, type OpenableFile } from "./files.ts";
import { type FormContents, UploadsField } from "./form.ts";
import type { CallBody } from "./http.ts";
import { streamed } from "./streamed.ts";

/**
 * A multipart body (RFC 7578) that is made while it is read, one file after the other. `fetch` can make one itself only
 * of files that are known before the first byte, and then a file that cannot be read breaks the others.
 */
export function streamedForm(boundary: string, contents: FormContents): CallBody {
  return streamed(pieces(boundary, contents));
}

async function* pieces(boundary: string, contents: FormContents): AsyncGenerator<Uint8Array> {
  const field = (name: string, value: string) =>
    encoded(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`);
  for (const [name, value] of Object.entries(contents.fields)) yield field(name, value);
  const uploads = new UploadsField(contents);
  for await (const file of contents.files) {
    if (uploads.has(file)) continue;
    const begun = await begin(file, contents);
    if (begun === undefined) continue;
    uploads.begin(file);
    let lacking = begun.size;
    try {
      yield encoded(
        `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(contents.fileField)}"; filename="${quoted(file.name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
      );
      for (let next = begun.first; next.done !== true; next = await begun.rest.next()) {
        lacking -= next.value.length;
        contents.onSent(next.value.length);
        yield next.value;
      }
    } finally {
      await begun.rest.return?.();
    }
    // Its bytes cannot be taken back: a form that ends here is no job.
    if (lacking > 0) throw changedFile(file.name, begun.size);
    yield encoded("\r\n");
  }
  if (uploads.text !== undefined) yield field("uploads", uploads.text);
  yield encoded(`--${boundary}--\r\n`);
}

interface BegunFile {
  /** As it was when the file was opened; 0 where that is not known. */
  readonly size: number;
  readonly first: IteratorResult<Uint8Array>;
  readonly rest: AsyncIterator<Uint8Array>;
}

/** Reads the first chunk, too: an iterator that has not begun closes nothing when it is ended. */
async function begin(file: OpenableFile, contents: FormContents): Promise<BegunFile | undefined> {
  try {
    const rest = (await file.open())[Symbol.asyncIterator]();
    return { size: file.size?.() ?? 0, first: await rest.next(), rest };
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
