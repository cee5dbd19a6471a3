import type { OpenableFile } from "./files.ts";
import type { HeldFiles } from "./heldFiles.ts";
import { joinedBytes } from "./transport.ts";

export interface FormContents {
  /** Text fields; they are sent first, so that the master can check them before the files arrive. */
  readonly fields: Readonly<Record<string, string>>;
  readonly fileField: string;
  readonly files: AsyncIterable<OpenableFile>;
  /** Files that the master has: they are named in the field `uploads`, which comes last. */
  readonly held: HeldFiles;
  /** Called before the bytes of a file. */
  readonly onBegin: (file: OpenableFile) => void;
  readonly onSent: (bytes: number) => void;
  /** Called for a file that cannot be opened and is left out; it throws when that must not be. */
  readonly onUnreadable: (file: OpenableFile, error: unknown) => void;
}

/** A form for browsers, which stream the blobs of a form but no other bodies. */
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

/** The field that names the files that the master has, each with its index among all of the job. */
export class UploadsField {
  readonly #contents: FormContents;
  readonly #named: { readonly id: string; readonly index: number }[] = [];
  #index = 0;

  constructor(contents: FormContents) {
    this.#contents = contents;
  }

  /** Whether the file is named here, and counts as begun then, or is left out. */
  has(file: OpenableFile): boolean {
    const { held } = this.#contents;
    const one = held.get(file.input);
    if (one !== undefined) {
      this.#named.push({ id: one.id, index: this.#index });
      this.begin(file);
    }
    return held.has(file.input);
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
