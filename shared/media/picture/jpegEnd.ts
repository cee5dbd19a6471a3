const END = Buffer.from("\xff\xd9", "latin1");
const SCAN = Buffer.from("\xff\xda", "latin1");

/**
 * A JPEG with the marker of its end. Some cameras and programs leave out the marker alone; a picture whose data is cut off,
 * too, is found by the decoder, which then misses bits.
 * @returns undefined for a picture that has its marker
 */
export function withEndMarker(jpeg: Buffer): Buffer | undefined {
  // A picture inside of the header has an end of its own, before the scans.
  if (jpeg.lastIndexOf(END) > jpeg.lastIndexOf(SCAN)) return undefined;
  const last = jpeg.at(-1) === 0xff ? jpeg.length - 1 : jpeg.length;
  return Buffer.concat([jpeg.subarray(0, last), END]);
}
