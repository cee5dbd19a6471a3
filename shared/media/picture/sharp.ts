import sharp, { type Metadata, type Sharp, type SharpOptions } from "sharp";

// One unit at a time in a child, many children on a machine: threads and caches inside would only compete.
sharp.concurrency(1);
sharp.cache(false);

export type { Metadata, Sharp, SharpOptions };
export { sharp };
