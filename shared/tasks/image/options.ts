import { z } from "zod";

/** Pixels of one image, all its pages together; 100 million gray pixels are 100 MB in a slave's child. */
const DEFAULT_MAX_PIXELS = 100_000_000;
/** Sides beyond this fit in no output format that is read everywhere. */
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

/** Options of task `image`; docs/tasks/image.md tells them to people. */
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
    width: side.describe("Pixels, 1..16383; null: as the height demands, or as it is."),
    height: side.describe("Pixels, 1..16383; null: as the width demands, or as it is."),
    fit: z
      .enum(["inside", "outside", "cover", "contain", "fill"])
      .default("inside")
      .describe("How an image is fitted into width x height."),
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
        "Gray value, 0 (black) .. 255 (white), behind contain and behind transparency that the format cannot keep.",
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
    message: `pages: all needs one of the formats ${PAGED.join(", ")}`,
  });

export type ImageOptions = z.infer<typeof options>;
