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
  open(): Promise<AsyncIterable<Uint8Array>>;
}

export function openable(input: FileInput): OpenableFile {
  if (input instanceof Blob) {
    const name = "name" in input && typeof input.name === "string" ? input.name : "file";
    return { input, name, isOnce: false, open: async () => chunksOf(input.stream()) };
  }
  if ("bytes" in input) {
    const { name, bytes } = input;
    return { input, name, isOnce: false, open: async () => only(bytes) };
  }
  if ("stream" in input) return openableStream(input);
  const { path, name = lastPart(path) } = input;
  return { input, name, isOnce: false, open: () => openPath(path) };
}

function openableStream(input: StreamInput): OpenableFile {
  const { name, stream } = input;
  const open = async () => iterable(typeof stream === "function" ? await stream() : stream);
  return { input, name, isOnce: typeof stream !== "function", open };
}

function iterable(stream: ByteStream): AsyncIterable<Uint8Array> {
  return "getReader" in stream ? chunksOf(stream) : stream;
}

async function* only(bytes: BytesInput["bytes"]): AsyncGenerator<Uint8Array> {
  if (typeof bytes === "string") yield new TextEncoder().encode(bytes);
  else yield bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
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
  open(path: string | Uint8Array, flags: "r"): Promise<OpenedFile>;
}

interface OpenedFile {
  createReadStream(options: { readonly highWaterMark: number }): AsyncIterable<Uint8Array>;
}

/** Not an import: browsers have no file system, and their bundles must not look for one. */
async function openPath(path: string | Uint8Array): Promise<AsyncIterable<Uint8Array>> {
  const runtime: Runtime | undefined = "process" in globalThis ? globalThis.process : undefined;
  const fs = runtime?.getBuiltinModule?.("node:fs/promises");
  if (fs === undefined)
    throw new AppError(
      "not_readable",
      "This runtime cannot read files by their paths. Send a File or a Blob.",
      {
        status: 400,
      },
    );
  return (await fs.open(path, "r")).createReadStream({ highWaterMark: CHUNK });
}
