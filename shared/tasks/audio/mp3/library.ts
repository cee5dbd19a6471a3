import { ifInstalled } from "../../../installed.ts";

/** The only module that imports mpg123-decoder, which is optional: its libmpg123 is under the LGPL-2.1. */

/** The package that decodes MP3, with the version that was tried. */
export const MP3_PACKAGE = "mpg123-decoder@1.0.3";

export type Mp3Library = typeof import("mpg123-decoder");

/** The library; undefined where it is not installed. */
export async function mp3Library(): Promise<Mp3Library | undefined> {
  return await ifInstalled(() => import("mpg123-decoder"));
}
