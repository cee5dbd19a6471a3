import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { StepFile } from "../../task.ts";
import { judgeInflated, LIMITS } from "./limits.ts";

/** Bytes that are taken from front to back. */
export interface ArchiveBytes {
  /** The next bytes; fewer at the end. */
  take(length: number): Promise<Buffer>;
  /** Passes over bytes. @returns how many there were */
  skip(length: number): Promise<number>;
  close(): void;
}

/** The bytes of a file. */
export function fileSource(file: StepFile): ArchiveBytes {
  let at = 0;
  return {
    take: async (length) => {
      const bytes = await file.slice(at, Math.max(0, Math.min(length, file.bytes - at)));
      at += bytes.length;
      return bytes;
    },
    skip: async (length) => {
      const passed = Math.min(length, file.bytes - at);
      at += passed;
      return passed;
    },
    close: () => undefined,
  };
}

const WINDOW = 1 << 18;

/** The bytes that a gzip file packs; they inflate as they are taken. @throws FileError `too_large` */
export function gunzipSource(file: StepFile, onBytes: () => void): ArchiveBytes {
  const inflating = Readable.from(chunksOf(file)).pipe(createGunzip());
  const chunks = inflating.iterator();
  const judged = { name: "its gzip stream", packed: file.bytes, limit: LIMITS.streamed.total };
  let inflated = 0;
  let rest: Buffer = Buffer.alloc(0);
  const next = async (): Promise<boolean> => {
    const { value, done } = await chunks.next();
    if (done === true) return false;
    rest = value;
    inflated += rest.length;
    judgeInflated(inflated, judged);
    onBytes();
    return true;
  };
  const pass = async (length: number, use: (bytes: Buffer) => void): Promise<number> => {
    let passed = 0;
    while (passed < length && (rest.length > 0 || (await next()))) {
      const piece = rest.subarray(0, length - passed);
      rest = rest.subarray(piece.length);
      passed += piece.length;
      use(piece);
    }
    return passed;
  };
  return {
    take: async (length) => {
      const pieces: Buffer[] = [];
      await pass(length, (piece) => void pieces.push(piece));
      return Buffer.concat(pieces);
    },
    skip: (length) => pass(length, () => undefined),
    close: () => void inflating.destroy(),
  };
}

async function* chunksOf(file: StepFile): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.bytes; at += WINDOW)
    yield await file.slice(at, Math.min(WINDOW, file.bytes - at));
}
