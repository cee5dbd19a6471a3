interface JpegFacts {
  readonly colours: 1 | 3 | 4;
  readonly bits: 8;
  readonly entries: string;
}

/** Markers of frames that the filter DCTDecode reads: baseline, extended, progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const SCAN = 0xda;
const ADOBE = 0xee;

/** What a PDF must say of a JPEG; undefined for a variant that PDF has no filter for. */
export function jpegFacts(jpeg: Buffer): JpegFacts | undefined {
  let isAdobe = false;
  for (const { marker, data } of segments(jpeg)) {
    if (FRAMES.includes(marker)) return factsOf(data, isAdobe);
    if (marker === ADOBE && data.toString("latin1", 0, 5) === "Adobe") isAdobe = true;
  }
  return undefined;
}

interface Segment {
  readonly marker: number;
  readonly data: Buffer;
}

/** The segments before the first scan. */
function* segments(jpeg: Buffer): Generator<Segment> {
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker === SCAN) return;
    // Bytes 0xff may fill the room between segments.
    const length = marker === 0xff ? -1 : jpeg.readUInt16BE(at + 2);
    if (length >= 0) yield { marker, data: jpeg.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

function factsOf(frame: Buffer, isAdobe: boolean): JpegFacts | undefined {
  const [bits, count] = [frame[0], frame[5]];
  if (bits !== 8) return undefined;
  if (count === 1) return { colours: 1, bits, entries: "" };
  // Programs of Adobe and all that follow them store the inverse of CMYK.
  if (count === 4) return { colours: 4, bits, entries: isAdobe ? "/Decode [1 0 1 0 1 0 1 0]" : "" };
  if (count !== 3) return undefined;
  const isRgb = !isAdobe && [frame[6], frame[9], frame[12]].join() === "82,71,66";
  return { colours: 3, bits, entries: isRgb ? "/DecodeParms << /ColorTransform 0 >>" : "" };
}
