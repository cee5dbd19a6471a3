import { FileError } from "../../errors.ts";
import { type Bitmap, checkSize, corrupt, type Limits } from "./bitmap.ts";
import { HEIC_PACKAGE, heicLibrary } from "./heicLibrary.ts";

/** Samples of a pixel: red, green, blue, alpha. */
const SAMPLES = 4;

/**
 * Decodes the main picture of a HEIC file, upright: it is whole in memory, in 8 bits, without its colour profile.
 * @throws FileError `unsupported_format` where the optional package is missing, `corrupt_file`, `too_large`
 */
export async function openHeic(bytes: Buffer, limits: Limits): Promise<Bitmap> {
  const library = await heicLibrary();
  if (library === undefined) throw missing();
  const pictures = await library.all({ buffer: bytes }).catch((error: unknown) => {
    throw corrupt("its HEIC data cannot be read", error);
  });
  try {
    const [main] = pictures;
    if (main === undefined) throw corrupt("it has no picture");
    const { width, height } = main;
    checkSize(width, height, limits);
    const { data } = await main.decode().catch((error: unknown) => {
      throw corrupt("its HEIC data cannot be decoded", error);
    });
    const rowSize = width * SAMPLES;
    return {
      width,
      height,
      hasAlpha: false,
      bits: 8,
      readRow: (y, rgba) => rgba.set(data.subarray(y * rowSize, (y + 1) * rowSize)),
    };
  } finally {
    pictures.dispose();
  }
}

function missing(): FileError {
  const owner = `its owner may run \`npm install --no-save ${HEIC_PACKAGE}\` (it contains libheif, LGPL-3.0)`;
  const text = `HEIC images are read by slaves with the optional package ${HEIC_PACKAGE}, which this one has not: ${owner}. Or convert the file to JPEG or PNG.`;
  return new FileError("unsupported_format", text);
}
