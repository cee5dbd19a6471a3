import { z } from "zod";

/** Most pixels of one image, all pages together; 100 million gray pixels are 100 MB in a slave's child. */
const DEFAULT_MAX_PIXELS = 100_000_000;
/** Longest side that fits into every output format. */
const MAX_SIDE = 16_383;

/** Extension and media type of each output format. */
export const FORMATS = {
  png: { extension: "png", type: "image/png" },
  jpeg: { extension: "jpg", type: "image/jpeg" },
  webp: { extension: "webp", type: "image/webp" },
  avif: { extension: "avif", type: "image/avif" },
  gif: { extension: "gif", type: "image/gif" },
  tiff: { extension: "tiff", type: "image/tiff" },
} as const;

/** A format that results can have. */
export type OutputFormat = keyof typeof FORMATS;

const side = z.int().min(1).max(MAX_SIDE).nullable().default(null);

/** Formats that hold several pages or frames. */
const PAGED: readonly OutputFormat[] = ["gif", "webp", "tiff"];

export const options = z
  .strictObject({
    format: z
      .enum(["png", "jpeg", "webp", "avif", "gif", "tiff"])
      .default("png")
      .describe("Format of the result."),
    quality: z
      .int()
      .min(1)
      .max(100)
      .default(80)
      .describe("1..100, for jpeg, webp and avif; the others are lossless."),
    width: side.describe("Width in pixels, 1..16383; null: in proportion to the height, or unchanged."),
    height: side.describe("Height in pixels, 1..16383; null: in proportion to the width, or unchanged."),
    fit: z
      .enum(["inside", "outside", "cover", "contain", "fill"])
      .default("inside")
      .describe("How an image fits into width x height."),
    enlarge: z
      .boolean()
      .default(false)
      .describe("Whether images smaller than width x height are made larger."),
    background: z
      .int()
      .min(0)
      .max(255)
      .default(255)
      .describe(
        "Gray value, 0 (black) .. 255 (white), of the margins of contain and of transparency that the format cannot keep.",
      ),
    pages: z
      .enum(["first", "all"])
      .default("first")
      .describe("all keeps every frame or page where the format can: gif, webp, tiff."),
    max_pixels: z
      .int()
      .min(1)
      .max(500_000_000)
      .default(DEFAULT_MAX_PIXELS)
      .describe("Larger images are refused as too_large; counts all pages that are read."),
  })
  .refine(({ pages, format }) => pages === "first" || PAGED.includes(format), {
    path: ["pages"],
    message: `must be first: all needs one of the formats ${PAGED.join(", ")}`,
  });

export type ImageOptions = z.infer<typeof options>;
