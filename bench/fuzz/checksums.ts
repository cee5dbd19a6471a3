import { crc32 } from "../../shared/tasks/audio/ogg/crc.ts";

/** Bytes of a header of tar. */
const BLOCK = 512;

/** Makes the checksums of pages of Ogg and of headers of tar those of their bytes, so that what is behind them is read. */
export function withChecksums(body: Buffer): Buffer {
  for (let at = body.indexOf("OggS"); at >= 0; at = body.indexOf("OggS", at + 1)) mendPage(body, at);
  for (let at = 0; at + BLOCK <= body.length; at += BLOCK)
    if (body.toString("latin1", at + 257, at + 262) === "ustar") mendHeader(body.subarray(at, at + BLOCK));
  return body;
}

function mendPage(body: Buffer, at: number): void {
  const lacing = body.subarray(at + 27, at + 27 + (body[at + 26] ?? 0));
  const page = body.subarray(at, at + 27 + lacing.length + lacing.reduce((sum, length) => sum + length, 0));
  if (page.length >= 27) page.writeUInt32LE(crc32(page), 22);
}

function mendHeader(header: Buffer): void {
  header.write("        ", 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
}
