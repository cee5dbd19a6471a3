/** The only module that imports heic-decode, which is optional: its libheif is under the LGPL-3.0, and HEVC under patents. */

/** The package that decodes HEIC, with the version that was tried. */
export const HEIC_PACKAGE = "heic-decode@2.1.0";

export type HeicLibrary = Pick<typeof import("heic-decode"), "all">;

/** The library; undefined where it is not installed. */
export async function heicLibrary(): Promise<HeicLibrary | undefined> {
  try {
    return await import("heic-decode");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
