import { FileError } from "../../errors.ts";

/** First bytes of common formats that are not text, with the name of each format. */
const SIGNATURES: readonly (readonly [start: string, what: string])[] = [
  ["\x89PNG", "a PNG image"],
  ["\xff\xd8\xff", "a JPEG image"],
  ["GIF8", "a GIF image"],
  ["II*\0", "a TIFF image"],
  ["MM\0*", "a TIFF image"],
  ["%PDF-", "a PDF document; task document reads it"],
  ["PK\x03\x04", "a ZIP archive or an office document; task document reads DOCX"],
  ["\xd0\xcf\x11\xe0", "an old office document"],
  ["\x1f\x8b", "gzip data; send it unpacked"],
  ["BZh", "bzip2 data; send it unpacked"],
  ["\xfd7zXZ", "xz data; send it unpacked"],
  ["7z\xbc\xaf", "a 7z archive"],
  ["Rar!", "a RAR archive"],
  ["RIFF", "a RIFF file (WAV, AVI or WebP)"],
  ["OggS", "an Ogg recording"],
  ["ID3", "an MP3 recording"],
  ["fLaC", "a FLAC recording"],
  ["\x7fELF", "a program"],
  ["SQLite format 3\0", "an SQLite database"],
];

const SAMPLE = 65_536;
/** Highest share of control characters in a text; terminal logs have less. */
const MAX_CONTROLS = 0.1;

/** @throws FileError `wrong_type` where the bytes are not text. The caller has excluded UTF-16 and UTF-32. */
export function refuseBinary(bytes: Buffer): void {
  const sample = bytes.subarray(0, SAMPLE);
  const nul = sample.includes(0);
  const controls = countControls(sample);
  const start = sample.toString("latin1", 0, 24);
  const signature = SIGNATURES.find(([known]) => start.startsWith(known));
  const suspect = nul || controls > 0 || start.startsWith("%PDF-");
  if (signature !== undefined && suspect) throw notText(`is ${signature[1]}`);
  if (nul) throw notText("has NUL bytes, as binary data has");
  if (controls > sample.length * MAX_CONTROLS) throw notText("has too many control characters");
}

function notText(why: string): FileError {
  return new FileError("wrong_type", `This is not a text file: it ${why}.`);
}

/** Control characters other than tab, line ends, form feed, backspace and escape. */
function countControls(sample: Buffer): number {
  let controls = 0;
  for (const byte of sample) {
    if (byte < 32 && !(byte >= 8 && byte <= 13) && byte !== 27) controls += 1;
  }
  return controls;
}
