import { FileError } from "../../errors.ts";

/** Formats whose pixels can be read: by sharp, or by a decoder in this folder (`bmp`, `heic`, `ico`, `pnm`). */
export type InputFormat =
  | "jpeg"
  | "png"
  | "webp"
  | "avif"
  | "heic"
  | "gif"
  | "tiff"
  | "svg"
  | "svgz"
  | "bmp"
  | "ico"
  | "pnm";

interface Signature {
  readonly format: InputFormat | { readonly unsupported: string } | { readonly wrong: string };
  /** Latin-1 text at `offset`; `.` matches any byte. */
  readonly magic: string;
  readonly offset?: number;
}

const unsupported = (name: string) => ({ unsupported: name });
const wrong = (name: string) => ({ wrong: name });
const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx"];
const ISO_MEDIA_BRANDS = ["isom", "iso2", "mp41", "mp42", "qt  ", "M4A ", "M4V ", "3gp4", "3gp5"];

const SIGNATURES: readonly Signature[] = [
  { format: "jpeg", magic: "\xff\xd8\xff" },
  { format: "png", magic: "\x89PNG\r\n\x1a\n" },
  // A transfer as text or a missing first byte breaks the signature; the header chunk after it still shows a PNG.
  { format: "png", magic: "IHDR", offset: 12 },
  { format: "png", magic: "PNG", offset: 1 },
  { format: "gif", magic: "GIF87a" },
  { format: "gif", magic: "GIF89a" },
  { format: "webp", magic: "RIFF....WEBP" },
  { format: "tiff", magic: "II*\0" },
  { format: "tiff", magic: "MM\0*" },
  { format: "tiff", magic: "II+\0" },
  { format: "tiff", magic: "MM\0+" },
  { format: "avif", magic: "ftypavif", offset: 4 },
  { format: "avif", magic: "ftypavis", offset: 4 },
  ...HEIC_BRANDS.map((brand) => ({ format: "heic" as const, magic: `ftyp${brand}`, offset: 4 })),
  { format: "avif", magic: "ftypmif1", offset: 4 },
  { format: "bmp", magic: "BM" },
  { format: "ico", magic: "\0\0\x01\0" },
  // A cursor has its number of pictures here; a TGA without a palette has zeros.
  { format: unsupported("TGA"), magic: "\0\0\x02\0\0\0\0\0" },
  { format: unsupported("TGA"), magic: "\0\0\n\0\0\0\0\0" },
  { format: "ico", magic: "\0\0\x02\0" },
  { format: "svgz", magic: "\x1f\x8b" },
  { format: unsupported("JPEG 2000"), magic: "\0\0\0\fjP  \r\n\x87\n" },
  { format: unsupported("JPEG 2000"), magic: "\xff\x4f\xff\x51" },
  { format: unsupported("JPEG XL"), magic: "\0\0\0\fJXL \r\n\x87\n" },
  { format: unsupported("JPEG XL"), magic: "\xff\x0a" },
  { format: unsupported("JPEG XR"), magic: "II\xbc\x01" },
  { format: unsupported("Photoshop (PSD)"), magic: "8BPS" },
  { format: unsupported("XPM"), magic: "/* XPM */" },
  { format: unsupported("XCF"), magic: "gimp xcf" },
  { format: unsupported("OpenEXR"), magic: "v/1\x01" },
  { format: unsupported("Radiance HDR"), magic: "#?RADIANCE" },
  { format: unsupported("DDS"), magic: "DDS " },
  { format: unsupported("DjVu"), magic: "AT&TFORM" },
  { format: unsupported("PAM"), magic: "P7\n" },
  { format: unsupported("FITS"), magic: "SIMPLE  =" },
  { format: unsupported("QOI"), magic: "qoif" },
  { format: unsupported("WMF"), magic: "\xd7\xcd\xc6\x9a" },
  { format: unsupported("EMF"), magic: " EMF", offset: 40 },
  { format: unsupported("PostScript"), magic: "%!PS" },
  { format: unsupported("PFM"), magic: "PF\n" },
  { format: unsupported("PFM"), magic: "Pf\n" },
  { format: unsupported("PCX"), magic: "\n\x05\x01" },
  { format: unsupported("SGI"), magic: "\x01\xda" },
  { format: unsupported("Sun raster"), magic: "\x59\xa6\x6a\x95" },
  { format: unsupported("DPX"), magic: "SDPX" },
  { format: unsupported("DPX"), magic: "XPDS" },
  { format: unsupported("Cineon"), magic: "\x80\x2a\x5f\xd7" },
  { format: unsupported("MNG"), magic: "\x8aMNG" },
  { format: unsupported("JNG"), magic: "\x8bJNG" },
  { format: unsupported("MIFF"), magic: "id=ImageMagick" },
  { format: wrong("a PDF document; the tasks document and ocr read those"), magic: "%PDF-" },
  { format: wrong("a ZIP archive or an office document"), magic: "PK\x03\x04" },
  { format: wrong("an audio or AVI file"), magic: "RIFF" },
  { format: wrong("an MP3 file"), magic: "ID3" },
  { format: wrong("a program"), magic: "\x7fELF" },
  ...ISO_MEDIA_BRANDS.map((brand) => ({ format: wrong("a video"), magic: `ftyp${brand}`, offset: 4 })),
];

/**
 * Finds a file's format by its content; its name does not count.
 * @throws FileError `empty_file`, `unsupported_format` (a known format, named), `wrong_type` (no image).
 */
export function formatOf(bytes: Buffer): InputFormat {
  if (bytes.length === 0) throw new FileError("empty_file", "The file is empty.");
  const found = SIGNATURES.find((signature) => matches(bytes, signature))?.format ?? textFormat(bytes);
  if (typeof found === "string") return found;
  if (found !== undefined && "unsupported" in found) throw unsupportedFormat(found.unsupported);
  const what = found && `This is not an image: it is ${found.wrong}.`;
  throw new FileError("wrong_type", what ?? "This is not an image, or its format is not known.");
}

export function unsupportedFormat(name: string): FileError {
  const formats = "JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG, BMP, ICO and PNM";
  const what = name.startsWith("Images") ? name : `${name} images`;
  const text = `${what} are not supported. Convert the file to one of ${formats}.`;
  return new FileError("unsupported_format", text);
}

function matches(bytes: Buffer, { magic, offset = 0 }: Signature): boolean {
  const found = bytes.toString("latin1", offset, offset + magic.length);
  return found.length === magic.length && [...magic].every((char, at) => char === "." || char === found[at]);
}

function textFormat(bytes: Buffer): InputFormat | undefined {
  if (/^P[1-6][\s#]/.test(bytes.toString("latin1", 0, 3))) return "pnm";
  const head = bytes.toString("latin1", 0, 4096);
  if (isUtf16(head)) return bytes.subarray(0, 8192).toString("utf16le").includes("<svg") ? "svg" : undefined;
  return /<(?:\w+:)?svg[\s>]/.test(head) ? "svg" : undefined;
}

function isUtf16(head: string): boolean {
  return head.startsWith("\xff\xfe") || head.startsWith("<\0");
}
