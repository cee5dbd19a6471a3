import { ifInstalled } from "../../installed.ts";

/** The only module that imports heic-decode, which is optional: its libheif is under the LGPL-3.0, and HEVC under patents. */

/** The package that decodes HEIC, with the version that was tried. */
export const HEIC_PACKAGE = "heic-decode@2.1.0";

export type HeicLibrary = Pick<typeof import("heic-decode"), "all">;

/** The library; undefined where it is not installed. */
export async function heicLibrary(): Promise<HeicLibrary | undefined> {
  return await ifInstalled(() => import("heic-decode"));
}
