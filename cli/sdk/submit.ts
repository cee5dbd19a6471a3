import type { TaskView } from "../../shared/contract/about.ts";
import type { JobCache } from "../../shared/contract/requests.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import { type FileInput, type OpenableFile, openable } from "./files.ts";
import { blobForm, type FormContents, streamedForm } from "./form.ts";
import type { Call, CallBody, MasterHttp } from "./http.ts";
import { type HeldFiles, sendLargeFiles } from "./largeFiles.ts";

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
 * The request that makes a job of the files; after a broken connection it is sent again under the same key. Large files
 * of a list are sent before it.
 */
export async function submission(
  { http, task }: { readonly http: MasterHttp; readonly task: TaskView },
  files: FileInputs,
  options: SubmitOptions,
): Promise<Call> {
  const { signal, idempotencyKey = randomName() } = options;
  const outgoing = new Outgoing(files);
  const onSent = (bytes: number) => options.onSent?.(bytes);
  const sent = await sendLargeFiles(http, outgoing.known(), { signal, onSent });
  const contents = () => contentsOf({ files: outgoing, sent }, task, options);
  const headers = { Prefer: "respond-async", "Idempotency-Key": idempotencyKey };
  const common = { method: "POST", path: "/assign_task", signal, isLong: true } as const;
  if (!canStream()) {
    const content = await blobForm(contents());
    return { ...common, headers, repeat: "broken", body: () => ({ content }) };
  }
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
  readonly sent: HeldFiles;
}

function contentsOf({ files, sent }: OutgoingFiles, task: TaskView, options: SubmitOptions): FormContents {
  const { onBegin, onSent, onUnreadable } = options;
  let index = 0;
  let sentBytes = [...sent.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    fields: fieldsOf(task, options),
    fileField: task.field,
    files: files.all(),
    sent,
    onBegin: (file) => {
      if (file.isOnce) files.isSpent = true;
      onBegin?.(file.input, index);
      index += 1;
    },
    onSent: (bytes) => {
      sentBytes += bytes;
      onSent?.(sentBytes);
    },
    onUnreadable: (file, error) => {
      if (onUnreadable === undefined) throw error;
      onUnreadable(file.input, error);
    },
  };
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
