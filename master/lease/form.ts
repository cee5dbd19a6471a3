import { Readable } from "node:stream";
import FormData from "form-data";
import type { FileRef } from "../../shared/tasks/task.ts";
import type { ByteStore } from "../store/port.ts";

/** Files up to this size are read ahead; larger ones are streamed when their turn comes. */
const READ_AHEAD = 64 * 1024;

export interface WireFile {
  readonly ref: FileRef;
  /** The name on the wire. */
  readonly name: string;
}

export interface WireForm {
  readonly fields: Readonly<Record<string, string>>;
  readonly fileField: string;
  readonly files: readonly WireFile[];
}

/** A multipart body with a known length (classic slaves cannot read a chunked one); files open one after the other. */
export async function buildForm(store: ByteStore, wire: WireForm): Promise<FormData> {
  const form = new FormData();
  for (const [name, value] of Object.entries(wire.fields)) form.append(name, value);
  const contents = await Promise.all(wire.files.map((file) => contentOf(store, file)));
  wire.files.forEach(({ ref, name }, index) => {
    form.append(wire.fileField, contents[index], {
      filename: name,
      knownLength: ref.bytes,
      contentType: "application/octet-stream",
    });
  });
  closeWith(
    form,
    contents.filter((content) => content instanceof Readable),
  );
  return form;
}

/** A form that is destroyed does not close its streams by itself. */
function closeWith(form: FormData, streams: readonly Readable[]): void {
  form.once("close", () => {
    for (const stream of streams) stream.destroy();
  });
}

/** A name of its own for each file of a request; characters that a classic slave fails at are replaced. */
export function uniqueWireName(index: number, filename: string): string {
  const plain = filename.replace(/[/\\\p{Cc}"]/gu, "_");
  return `${index}_${[...plain].slice(-80).join("")}`;
}

async function contentOf(store: ByteStore, { ref }: WireFile): Promise<Buffer | Readable> {
  if (ref.bytes <= READ_AHEAD) return await store.read(ref.key);
  return Readable.from(lazily(store, ref.key), { objectMode: false });
}

async function* lazily(store: ByteStore, key: string): AsyncGenerator<Buffer> {
  yield* (await store.get(key)) as AsyncIterable<Buffer>;
}
