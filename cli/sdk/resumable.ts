import { CodedError } from "../../shared/errors.ts";
import { badAnswer, isBroken, isBusy } from "./errors.ts";
import type { OpenableFile } from "./files.ts";
import type { Call, CallBody, MasterHttp } from "./http.ts";
import { streamed } from "./streamed.ts";

export interface ResumableTerms {
  readonly size: number;
  readonly signal?: AbortSignal | undefined;
  /** Number of bytes of the file that the connection has, or the master. It is less when some were lost. */
  readonly onSent: (bytes: number) => void;
}

/** Refusals after which the master tells where to go on. */
const RESUMED: readonly string[] = [
  "upload_busy",
  "wrong_offset",
  "upload_stalled",
  "request_timeout",
  "client_gone",
  // Of a proxy whose server is away.
  "http_408",
  "http_502",
  "http_503",
  "http_504",
];

/**
 * Sends a file in as many requests as its connection breaks into, by tus 1.0, for as long as the tries take no longer
 * than `retrySeconds` without any progress. Resolves with the id by which a job takes it.
 * @throws CodedError what the master refused
 */
export async function sendResumable(
  http: MasterHttp,
  file: OpenableFile,
  { size, signal, onSent }: ResumableTerms,
): Promise<string> {
  const path = await create(http, { file, size, signal });
  const patience = http.patience(signal);
  for (let offset = 0; offset < size; ) {
    try {
      await append(http, { file, path, offset, signal, onSent });
      offset = size;
    } catch (error) {
      if (!isResumed(error)) throw error;
      await patience.after(error);
      const reached = await offsetOf(http, path, signal);
      // Some of the file arrived: this is another outage.
      if (reached > offset) patience.reset();
      offset = reached;
      onSent(offset);
    }
  }
  return path.slice(path.lastIndexOf("/") + 1);
}

interface Creation extends Pick<ResumableTerms, "size" | "signal"> {
  readonly file: OpenableFile;
}

/** Resolves with the path of a new upload. */
async function create(http: MasterHttp, { file, size, signal }: Creation): Promise<string> {
  const bytes = Array.from(new TextEncoder().encode(file.name), (byte) => String.fromCharCode(byte));
  const metadata = `filename ${btoa(bytes.join(""))}`;
  const headers = { "Upload-Length": String(size), "Upload-Metadata": metadata };
  const call = { method: "POST", path: "/uploads", repeat: "broken" } as const;
  const location = (await headOf(http, { ...call, headers, signal }))("Location");
  if (location === null) throw badAnswer("it does not tell where the upload is");
  // A proxy may have another path before it.
  return `/uploads${location.slice(location.lastIndexOf("/"))}`;
}

async function offsetOf(http: MasterHttp, path: string, signal?: AbortSignal): Promise<number> {
  const told = (await headOf(http, { method: "HEAD", path, signal }))("Upload-Offset");
  if (told !== null && /^\d+$/.test(told)) return Number(told);
  throw badAnswer("it does not tell how far the upload is");
}

interface Growth extends Pick<ResumableTerms, "onSent" | "signal"> {
  readonly file: OpenableFile;
  readonly path: string;
  readonly offset: number;
}

async function append(http: MasterHttp, { file, path, offset, signal, onSent }: Growth): Promise<void> {
  const headers = { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
  const content = await file.open(offset);
  const body = (): CallBody => {
    if (file.input instanceof Blob) return { content: file.input.slice(offset) };
    return streamed(counted(content, (bytes) => onSent(offset + bytes)));
  };
  await headOf(http, { method: "PATCH", path, headers, body, signal, repeat: "never" });
}

async function* counted(source: AsyncIterable<Uint8Array>, onSent: (bytes: number) => void) {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    onSent(bytes);
    yield chunk;
  }
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
