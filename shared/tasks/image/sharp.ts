import sharp from "sharp";

// One unit at a time in a child, many children on a machine: threads and caches inside would only compete.
sharp.concurrency(1);
sharp.cache(false);

export { sharp };
