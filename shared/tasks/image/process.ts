import { type Drawing, grayOf } from "../../media/picture/gray.ts";
import { upright } from "../../media/picture/graySharp.ts";
import { openImage, type Source } from "../../media/picture/source.ts";
import { onlyFile } from "../result.ts";
import type { JsonObject, Step } from "../task.ts";
import { type Encoded, encode } from "./encode.ts";
import type { ImageOptions } from "./options.ts";

/**
 * One image -> its gray version: Rec. 601 luma of its sRGB values, upright, with its alpha and 16 bits.
 * @throws FileError `empty_file`, `wrong_type`, `unsupported_format`, `corrupt_file`, `too_large`, `unequal_pages`.
 */
const grayscale: Step<ImageOptions> = async ({ files, options }) => {
  const source = await openImage(await onlyFile(files).read(), { maxPixels: options.max_pixels });
  const range = { first: 0, count: options.pages === "all" ? source.pages : 1 };
  const gray = await grayOf(source, range, drawingOf(source, options));
  const picture = await upright(gray, source.orientation);
  const encoded = await encode(picture, { options, animation: source.animation });
  return { body: encoded.data, summary: summaryOf(encoded, options), info: infoOf(source, encoded, options) };
};

export const steps = { grayscale };

const OWN_DPI = 72;
const MAX_DRAWING_SCALE = 100;

/** Scales the drawing of an SVG, so that it is drawn at the requested size and not enlarged afterwards. */
function drawingOf({ format, width, height }: Source, options: ImageOptions): Drawing {
  const scale = Math.max((options.width ?? 0) / width, (options.height ?? 0) / height);
  if (format !== "svg" || scale <= 1 || !options.enlarge) return {};
  return { dpi: OWN_DPI * Math.min(scale, MAX_DRAWING_SCALE) };
}

function summaryOf({ width, height, pages, bits }: Encoded, { format }: ImageOptions): string {
  const kept = pages > 1 ? `, ${pages} pages` : "";
  return `${width} x ${height} gray, ${bits} bit${kept}, ${format}`;
}

function infoOf(
  source: Source,
  { width, height, pages, channels, bits }: Encoded,
  { format }: ImageOptions,
): JsonObject {
  return {
    width,
    height,
    format,
    bits,
    has_alpha: channels === 2 || channels === 4,
    pages: source.pages,
    pages_kept: pages,
    source: {
      format: source.format,
      width: source.width,
      height: source.height,
      orientation: source.orientation,
      color_space: source.space,
      has_profile: source.hasProfile,
      bits: source.bits,
    },
  };
}
