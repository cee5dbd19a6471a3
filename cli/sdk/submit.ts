import type { TaskView } from "../../shared/contract/about.ts";
import type { JobCache } from "../../shared/contract/requests.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { type FileInput, type OpenableFile, openable } from "./files.ts";
import { blobForm, type FormContents } from "./form.ts";
import type { HeldFiles } from "./heldFiles.ts";
import type { Call, CallBody, MasterHttp } from "./http.ts";
import { sendLargeFiles } from "./largeFiles.ts";

export interface SubmitOptions {
  /** Options of the task. */
  readonly options?: JsonObject | undefined;
  /** Name of the job for people. */
  readonly name?: string | undefined;
  /** Weight among jobs that wait for slaves, 1 to 10; 1 by default. */
  readonly priority?: number | undefined;
  /** What becomes of results on record for the same bytes, options and versions; `use` unless the master says otherwise. */
  readonly cache?: JobCache | undefined;
  /** http(s) URL where the master tells the end of the job by a signed webhook; the master needs WEBHOOK_SECRET. */
  readonly callback?: string | undefined;
  /** The same key and the same files are one job; by default each call has a key of its own. */
  readonly idempotencyKey?: string | undefined;
  /** Aborting it while the files are sent ends the request; a job that is accepted goes on. */
  readonly signal?: AbortSignal | undefined;
  /** A file begins to be sent, as number `index` of the job. After a broken connection the first one begins again. */
  readonly onBegin?: ((file: FileInput, index: number) => void) | undefined;
  /** Called with the number of bytes of all files that were handed to the connection in this try; never in browsers. */
  readonly onSent?: ((bytes: number) => void) | undefined;
  /** Called when a file cannot be opened and is left out. Without this callback the call fails. */
  readonly onUnreadable?: ((file: FileInput, error: unknown) => void) | undefined;
}

export type FileInputs = Iterable<FileInput> | AsyncIterable<FileInput>;

/**
 * Makes a job of the files; after a broken connection they are sent again under the same key. Large files of a list are
 * sent before the others. Resolves with the master's answer.
 */
export async function submitted(
  { http, task }: { readonly http: MasterHttp; readonly task: TaskView },
  files: FileInputs,
  options: SubmitOptions,
): Promise<unknown> {
  const { signal } = options;
  const outgoing = new Outgoing(files);
  const onSent = (bytes: number) => options.onSent?.(bytes);
  const onUnreadable = (file: OpenableFile, error: unknown) => leaveOut(file, error, options);
  const { held, drop } = await sendLargeFiles(http, outgoing.known(), { signal, onSent, onUnreadable });
  try {
    return await http.json(await submission({ files: outgoing, held }, task, options));
  } catch (error) {
    await drop?.(error);
    throw error;
  }
}

async function submission(
  { files: outgoing, held }: OutgoingFiles,
  task: TaskView,
  options: SubmitOptions,
): Promise<Call> {
  const { signal, idempotencyKey = randomName() } = options;
  const contents = () => contentsOf({ files: outgoing, held }, task, options);
  const headers = { Prefer: "respond-async", "Idempotency-Key": idempotencyKey };
  const common = { method: "POST", path: "/assign_task", signal, isLong: true } as const;
  if (!canStream()) {
    const content = await blobForm(contents());
    return { ...common, headers, repeat: "broken", body: () => ({ content }) };
  }
  // Browsers do not load it.
  const { streamedForm } = await import("./streamedForm.ts");
  const boundary = `manyhands-${randomName()}`;
  return {
    ...common,
    headers: { ...headers, "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: (): CallBody => streamedForm(boundary, contents()),
    get repeat() {
      return outgoing.isSpent ? "never" : "broken";
    },
  };
}

/** Whether `fetch` sends streams over HTTP/1.1; browsers do not. */
function canStream(): boolean {
  return "process" in globalThis && globalThis.process?.versions?.node !== undefined;
}

/** Not `randomUUID`, which pages that came over plain HTTP do not have. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface OutgoingFiles {
  readonly files: Outgoing;
  readonly held: HeldFiles;
}

function contentsOf({ files, held }: OutgoingFiles, task: TaskView, options: SubmitOptions): FormContents {
  const { onBegin, onSent } = options;
  let index = 0;
  let sentBytes = [...held.values()].reduce((sum, one) => sum + (one?.bytes ?? 0), 0);
  return {
    fields: fieldsOf(task, options),
    fileField: task.field,
    files: files.all(),
    held,
    onBegin: (file) => {
      if (file.isOnce) files.isSpent = true;
      onBegin?.(file.input, index);
      index += 1;
    },
    onSent: (bytes) => {
      sentBytes += bytes;
      onSent?.(sentBytes);
    },
    onUnreadable: (file, error) => leaveOut(file, error, options),
  };
}

function leaveOut({ input }: OpenableFile, error: unknown, { onUnreadable }: SubmitOptions): void {
  if (onUnreadable === undefined) throw error;
  onUnreadable(input, error);
}

function fieldsOf(
  { task_type }: TaskView,
  { options = {}, name, priority, cache, callback }: SubmitOptions,
): Record<string, string> {
  const fields = {
    task_type,
    options: JSON.stringify(options),
    name,
    priority: priority?.toString(),
    cache,
    callback,
  };
  // Fields that were not given are left out.
  return JSON.parse(JSON.stringify(fields));
}

/** The files of a submission. Those that were given are kept, so that a list that can be read once can be sent again. */
class Outgoing {
  readonly #source: AsyncIterator<FileInput> | Iterator<FileInput>;
  readonly #given: OpenableFile[] = [];
  /** Whether the bytes of a stream that can be read once are gone. */
  isSpent = false;

  constructor(files: FileInputs) {
    if (Array.isArray(files)) this.#given.push(...files.map(openable));
    const rest = Array.isArray(files) ? [] : files;
    this.#source = Symbol.asyncIterator in rest ? rest[Symbol.asyncIterator]() : rest[Symbol.iterator]();
  }

  /** The files of a list; none of an iterable that makes them while they are sent. */
  known(): readonly OpenableFile[] {
    return this.#given;
  }

  async *all(): AsyncGenerator<OpenableFile> {
    yield* this.#given;
    for (;;) {
      const { done, value } = await this.#source.next();
      if (done === true) return;
      const file = openable(value);
      this.#given.push(file);
      yield file;
    }
  }
}
