import { AppError } from "../../shared/errors.ts";
import { chunksOf } from "./transport.ts";

/** Size of one read from disk, bytes. */
const CHUNK = 256 * 1024;

/** A file to send; its name may have folders, with `/` between them. */
export type FileInput = Blob | BytesInput | StreamInput | PathInput;

/** A `File` has a name of its own. */
export interface BytesInput {
  readonly name: string;
  readonly bytes: Uint8Array | ArrayBuffer | string;
}

export interface StreamInput {
  readonly name: string;
  /** A stream can be sent once; a function that opens it anew lets the SDK send it again after a broken connection. */
  readonly stream: ByteStream | (() => ByteStream | Promise<ByteStream>);
}

/** A file on disk, for Node, Bun and Deno; its path is bytes where it is not UTF-8. */
export interface PathInput {
  readonly path: string | Uint8Array;
  /** The last part of the path unless it says another. */
  readonly name?: string;
}

export type ByteStream = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** A file as it is sent. */
export interface OpenableFile {
  readonly input: FileInput;
  readonly name: string;
  readonly isOnce: boolean;
  /** Bytes; undefined when that is not known. */
  size?(): number | undefined;
  /** @param from bytes that are left out; not for streams */
  open(from?: number): Promise<AsyncIterable<Uint8Array>>;
}

export function openable(input: FileInput): OpenableFile {
  if (input instanceof Blob) {
    const name = "name" in input && typeof input.name === "string" ? input.name : "file";
    const open = async (from = 0) => chunksOf(input.slice(from).stream());
    return { input, name, isOnce: false, size: () => input.size, open };
  }
  if ("bytes" in input) {
    const { name, bytes } = input;
    const size = () => (typeof bytes === "string" ? undefined : bytes.byteLength);
    return { input, name, isOnce: false, size, open: async (from) => only(bytes, from) };
  }
  if ("stream" in input) return openableStream(input);
  const { path, name = lastPart(path) } = input;
  return { input, name, isOnce: false, size: () => sizeOf(path), open: (from) => openPath(path, from) };
}

function openableStream(input: StreamInput): OpenableFile {
  const { name, stream } = input;
  const open = async () => iterable(typeof stream === "function" ? await stream() : stream);
  return { input, name, isOnce: typeof stream !== "function", open };
}

function iterable(stream: ByteStream): AsyncIterable<Uint8Array> {
  return "getReader" in stream ? chunksOf(stream) : stream;
}

async function* only(bytes: BytesInput["bytes"], from = 0): AsyncGenerator<Uint8Array> {
  if (typeof bytes === "string") yield new TextEncoder().encode(bytes);
  else yield (bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes).subarray(from);
}

function lastPart(path: string | Uint8Array): string {
  const text = typeof path === "string" ? path : new TextDecoder().decode(path);
  return text.split(/[/\\]/).findLast((part) => part !== "") ?? text;
}

/** The part of a runtime that reads files. */
interface Runtime {
  readonly getBuiltinModule?: (id: string) => FileSystem | undefined;
}

interface FileSystem {
  readonly promises: { open(path: string | Uint8Array, flags: "r"): Promise<OpenedFile> };
  statSync(path: string | Uint8Array, options: { readonly throwIfNoEntry: false }): FileState | undefined;
}

interface FileState {
  readonly size: number;
}

interface OpenedFile {
  createReadStream(options: {
    readonly start: number;
    readonly highWaterMark: number;
  }): AsyncIterable<Uint8Array>;
}

/** Not an import: browsers have no file system, and their bundles must not look for one. */
function fileSystem(): FileSystem | undefined {
  const runtime: Runtime | undefined = "process" in globalThis ? globalThis.process : undefined;
  return runtime?.getBuiltinModule?.("node:fs");
}

/** A file that is not what it was when it was looked at. */
export function changedFile(name: string, size: number): AppError {
  const text = `${name} changed while it was sent: it had ${size} bytes before. Send it again when it is whole.`;
  return new AppError("not_readable", text, { status: 400 });
}

/** Undefined for a file that cannot be looked at: opening it tells why. */
function sizeOf(path: string | Uint8Array): number | undefined {
  try {
    return fileSystem()?.statSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    return undefined;
  }
}

async function openPath(path: string | Uint8Array, start = 0): Promise<AsyncIterable<Uint8Array>> {
  const fs = fileSystem()?.promises;
  if (fs === undefined)
    throw new AppError(
      "not_readable",
      "This runtime cannot read files by their paths. Send a File or a Blob.",
      {
        status: 400,
      },
    );
  return (await fs.open(path, "r")).createReadStream({ start, highWaterMark: CHUNK });
}
