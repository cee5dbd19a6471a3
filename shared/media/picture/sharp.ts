import sharp, { type Metadata, type Sharp, type SharpOptions } from "sharp";

// A child works on one unit at a time and a machine has many children, so threads and caches in a child only compete.
sharp.concurrency(1);
sharp.cache(false);

export type { Metadata, Sharp, SharpOptions };
export { sharp };
