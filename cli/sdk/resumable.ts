import { CodedError } from "../../shared/errors.ts";
import { badAnswer, isBroken, isBusy } from "./errors.ts";
import { changedFile, type FileInput, type OpenableFile } from "./files.ts";
import type { HeldFile, LargeFile, LargeFilesTerms, SentFiles } from "./heldFiles.ts";
import type { Call, CallBody, MasterHttp } from "./http.ts";
import type { Patience } from "./patience.ts";
import { streamed } from "./streamed.ts";

/** Refusals after which the master tells where to go on. An answer to HEAD has no code but its status. */
const RESUMED: readonly string[] = [
  "upload_busy",
  "wrong_offset",
  "upload_stalled",
  "request_timeout",
  "client_gone",
  "http_408",
  "http_423",
  // Of a proxy whose server is away.
  "http_502",
  "http_503",
  "http_504",
];

/** Longest time for the removal of an upload, ms. */
const REMOVAL_MS = 5_000;

/** Sends the files one after the other. One that cannot be read, or changes meanwhile, is told of and left out. */
export async function sendAll(
  http: MasterHttp,
  files: readonly LargeFile[],
  { signal, onSent, onUnreadable }: LargeFilesTerms,
): Promise<SentFiles> {
  const held = new Map<FileInput, HeldFile | undefined>();
  const sent: string[] = [];
  const drop = async (error: unknown) => {
    // The master may have made the job, or cannot be told: it removes what no job has later.
    if (!isBroken(error)) for (const path of sent) await remove(http, path);
  };
  let before = 0;
  try {
    for (const { file, size } of files) {
      const terms = { size, signal, onSent: (bytes: number) => onSent(before + bytes) };
      const path = await sendResumable(http, file, terms).catch((error: unknown) => {
        if (!(error instanceof UnreadableFile)) throw error;
        onUnreadable(file, error.cause);
        return undefined;
      });
      const id = path?.slice(path.lastIndexOf("/") + 1);
      held.set(file.input, id === undefined ? undefined : { id, bytes: size });
      if (path === undefined) continue;
      sent.push(path);
      before += size;
    }
  } catch (error) {
    await drop(error);
    throw error;
  }
  return { held, drop };
}

interface ResumableTerms extends Pick<LargeFilesTerms, "signal"> {
  readonly size: number;
  /** Number of bytes of the file that the connection has, or the master. It is less when some were lost. */
  readonly onSent: (bytes: number) => void;
}

/**
 * Sends a file in as many requests as its connection breaks into, by tus 1.0, for as long as the tries take no longer
 * than `retrySeconds` without any progress. Resolves with the path of the upload, which is removed when this fails.
 * @throws UnreadableFile, CodedError what the master refused
 */
async function sendResumable(http: MasterHttp, file: OpenableFile, terms: ResumableTerms): Promise<string> {
  const patience = http.patience(terms.signal);
  const path = await create(http, { file, ...terms }, patience);
  try {
    await sendBytes(http, { file, path, ...terms }, patience);
    return path;
  } catch (error) {
    if (!isBroken(error)) await remove(http, path);
    throw error;
  }
}

interface Creation extends Pick<ResumableTerms, "size" | "signal"> {
  readonly file: OpenableFile;
}

/** Resolves with the path of a new upload. */
async function create(http: MasterHttp, { file, size, signal }: Creation, patience: Patience) {
  const bytes = Array.from(new TextEncoder().encode(file.name), (byte) => String.fromCharCode(byte));
  const metadata = `filename ${btoa(bytes.join(""))}`;
  const headers = { "Upload-Length": String(size), "Upload-Metadata": metadata };
  const call = { method: "POST", path: "/uploads", repeat: "never", headers, signal } as const;
  for (;;) {
    try {
      const location = (await headOf(http, call))("Location");
      if (location === null) throw badAnswer("it does not tell where the upload is");
      patience.reset();
      // A proxy may have another path before it.
      return `/uploads${location.slice(location.lastIndexOf("/"))}`;
    } catch (error) {
      if (!isResumed(error)) throw error;
      await patience.after(error);
    }
  }
}

interface Growth extends ResumableTerms {
  readonly file: OpenableFile;
  readonly path: string;
}

async function sendBytes(http: MasterHttp, growth: Growth, patience: Patience): Promise<void> {
  const { file, path, size, signal, onSent } = growth;
  let offset = 0;
  let isCertain = true;
  while (offset < size) {
    try {
      if (isCertain) await append(http, growth, offset);
      const reached = isCertain ? size : await offsetOf(http, path, signal);
      // Some of the file arrived: this is another outage.
      if (reached > offset) patience.reset();
      offset = reached;
      isCertain = true;
      onSent(offset);
    } catch (error) {
      if (!isResumed(error)) throw error;
      await requireReadable(file, offset);
      isCertain = false;
      await patience.after(error);
    }
  }
}

async function offsetOf(http: MasterHttp, path: string, signal?: AbortSignal): Promise<number> {
  const told = (await headOf(http, { method: "HEAD", path, signal, repeat: "never" }))("Upload-Offset");
  if (told !== null && /^\d+$/.test(told)) return Number(told);
  throw badAnswer("it does not tell how far the upload is");
}

async function append(http: MasterHttp, growth: Growth, offset: number): Promise<void> {
  const { file, path, signal } = growth;
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  const body = (): CallBody => {
    if (file.input instanceof Blob) return { content: file.input.slice(offset) };
    return streamed(chunksFrom(growth, offset));
  };
  await headOf(http, { method: "PATCH", path, headers, body, signal, repeat: "never" });
}

/** A file that cannot be read, or is not what it was; `cause` says why. */
class UnreadableFile extends Error {
  constructor(cause: unknown) {
    super("The file cannot be read.", { cause });
  }
}

/** The rest of the file, which is opened when the first chunk is asked for: a body that is never read leaves nothing open. */
async function* chunksFrom({ file, size, onSent }: Growth, offset: number) {
  let at = offset;
  try {
    for await (const chunk of await file.open(offset)) {
      at += chunk.length;
      if (at > size) break;
      onSent(at);
      yield chunk;
    }
  } catch (error) {
    throw new UnreadableFile(error);
  }
  if (at !== size) throw new UnreadableFile(changedFile(file.name, size));
}

/** `fetch` tells of a blob that cannot be read as of a broken connection. @throws UnreadableFile */
async function requireReadable({ input, name }: OpenableFile, offset: number): Promise<void> {
  if (!(input instanceof Blob)) return;
  await input
    .slice(offset, offset + 1)
    .arrayBuffer()
    .catch(() => {
      throw new UnreadableFile(changedFile(name, input.size));
    });
}

/** One that cannot be removed is removed by the master when it expires. */
async function remove(http: MasterHttp, path: string): Promise<void> {
  const signal = AbortSignal.timeout(REMOVAL_MS);
  await headOf(http, { method: "DELETE", path, signal, repeat: "never" }).catch(() => undefined);
}

/** The headers of an answer. */
async function headOf(http: MasterHttp, call: Call): Promise<(name: string) => string | null> {
  const headers = { "Tus-Resumable": "1.0.0", ...call.headers };
  const { headers: told, body } = await http.stream({ ...call, headers });
  await body?.cancel();
  return (name) => told.get(name);
}

function isResumed(error: unknown): boolean {
  if (isBroken(error) || isBusy(error)) return true;
  return error instanceof CodedError && RESUMED.includes(error.code);
}
