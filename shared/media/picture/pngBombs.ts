import { FileError } from "../../errors.ts";
import { chunksOf, inflated, packedAt } from "./pngChunks.ts";

/** Most inflated bytes of all texts and colour profiles of one PNG. Real profiles have up to 4 MB. */
const MOST_BESIDE = 32 * 2 ** 20;

/**
 * Refuses a PNG whose packed texts or profiles would fill the memory, before the library inflates them.
 * The library judges data that does not inflate.
 * @throws FileError `too_large`
 */
export function refusePngBombs(png: Buffer): void {
  let left = MOST_BESIDE;
  for (const { name, data } of chunksOf(png)) {
    if (name === "IDAT") continue;
    left -= inflated(data.subarray(packedAt(name, data)), left)?.length ?? left;
    if (left > 0) continue;
    const limit = MOST_BESIDE / 2 ** 20;
    const what = `The PNG holds texts or profiles that inflate to more than ${limit} MB`;
    throw new FileError("too_large", `${what}, as a decompression bomb does. This limit is fixed.`);
  }
}
