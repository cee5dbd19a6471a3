interface PngFlate {
  readonly bytes: Buffer;
  readonly colours: 1 | 3;
  readonly bits: 8 | 16;
  readonly entries: string;
}

/** The pixels of a PNG without alpha and palette as a stream of PDF, whose filter knows the predictors of PNG. */
export function flateOfPng(png: Buffer): PngFlate {
  const data: Buffer[] = [];
  for (let at = 8; at + 8 <= png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const [width, bits, type] = [png.readUInt32BE(16), png[24], png[25]];
  if ((bits !== 8 && bits !== 16) || (type !== 0 && type !== 2))
    throw new Error(`a PNG of type ${type}, ${bits} bits`);
  const colours = type === 0 ? 1 : 3;
  const entries = `/DecodeParms << /Predictor 15 /Colors ${colours} /BitsPerComponent ${bits} /Columns ${width} >>`;
  return { bytes: Buffer.concat(data), colours, bits, entries };
}
