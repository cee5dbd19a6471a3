import { FileError } from "../../../errors.ts";
import { unsupported } from "../kind.ts";
import type { OleStorage } from "../package/container.ts";

/** Numbers of the pairs in the head of the file that say where a part of the table stream is (MS-DOC 2.5.6). */
const PARTS = {
  ...{ styles: 1, footnoteMarks: 2, footnotes: 3, commentMarks: 4, comments: 5, headers: 11 },
  ...{ characterRuns: 12, paragraphRuns: 13, fonts: 15, pieces: 33, authors: 36 },
  ...{
    boxAnchors: 40,
    headerBoxAnchors: 41,
    endnoteMarks: 46,
    endnotes: 47,
    boxes: 56,
    headerBoxes: 58,
    listKinds: 73,
    lists: 74,
  },
} as const;

/** Stories in the order of their text, and where the head of the file has their lengths (MS-DOC 2.5.4). */
const STORIES = [
  ...([
    ["main", 12],
    ["footnotes", 16],
    ["headers", 20],
    ["macros", 24],
    ["comments", 28],
  ] as const),
  ...([
    ["endnotes", 32],
    ["boxes", 36],
    ["headerBoxes", 40],
  ] as const),
] as const;

type StoryName = (typeof STORIES)[number][0];

/** Places of characters, from 0, in the text of all stories. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** The streams of a document of Word 97 to 2003, and what its head says of them. */
export interface WordFile {
  /** Text, and its formatting. */
  readonly main: Buffer;
  /** Pictures, and long lists of properties. */
  readonly data: Buffer;
  readonly isEncrypted: boolean;
  readonly stories: Readonly<Record<StoryName, TextRange>>;
  part(name: keyof typeof PARTS): Buffer;
  /** A part with all that follows it. */
  from(name: keyof typeof PARTS): Buffer;
}

/** Streams of a document of Word. */
export const WORD_STREAM = "WordDocument";
/** What the head of a file of Word 97 and later starts with, and of Word 6 and 95, also of their Asian editions. */
const IDENT = 0xa5ec;
const OLD_IDENTS = [0xa5dc, 0xa697, 0xa698, 0xa699];
/** Lowest version of the format that Word 97 writes. */
const WORD_97 = 0xbf;
const ENCRYPTED = 0x0100;
const OBFUSCATED = 0x8000;
const SECOND_TABLE = 0x0200;

/** @throws FileError `corrupt_file`, `unsupported_format`, `too_large` */
export function wordFile(storage: OleStorage): WordFile {
  const main = storage.stream(WORD_STREAM);
  if (main === undefined) throw damagedDoc();
  const ident = main.readUInt16LE(0);
  const isOld = OLD_IDENTS.includes(ident);
  if (ident !== IDENT && !isOld) throw damagedDoc();
  if (isOld || main.readUInt16LE(2) < WORD_97)
    throw unsupported("a document of Word 6 or Word 95, which is older than Word 97");
  const flags = main.readUInt16LE(10);
  if ((flags & ENCRYPTED) !== 0 && (flags & OBFUSCATED) !== 0)
    throw unsupported("a Word document with the encryption of Word 95 (XOR), which is not opened");
  const table = storage.stream((flags & SECOND_TABLE) === 0 ? "0Table" : "1Table") ?? Buffer.alloc(0);
  const lengthsAt = 36 + 2 * main.readUInt16LE(32);
  const pairsAt = lengthsAt + 4 * main.readUInt16LE(lengthsAt - 2) + 2;
  const count = main.readUInt16LE(pairsAt - 2);
  const pairOf = (name: keyof typeof PARTS) => {
    const at = pairsAt + 8 * PARTS[name];
    return PARTS[name] < count ? { at: main.readUInt32LE(at), length: main.readUInt32LE(at + 4) } : NONE;
  };
  return {
    main,
    data: storage.stream("Data") ?? Buffer.alloc(0),
    isEncrypted: (flags & ENCRYPTED) !== 0,
    stories: storiesOf(main, lengthsAt),
    part: (name) => {
      const { at, length } = pairOf(name);
      return table.subarray(at, at + length);
    },
    from: (name) => {
      const { at, length } = pairOf(name);
      return length === 0 ? Buffer.alloc(0) : table.subarray(at);
    },
  };
}

const NONE = { at: 0, length: 0 };

function storiesOf(main: Buffer, lengthsAt: number): WordFile["stories"] {
  let at = 0;
  const ranges = STORIES.map(([name, offset]) => {
    const from = at;
    at += Math.max(0, main.readInt32LE(lengthsAt + offset));
    return [name, { from, to: at }] as const;
  });
  return Object.fromEntries(ranges) as Record<StoryName, TextRange>;
}

export function damagedDoc(cause?: unknown): FileError {
  return new FileError(
    "corrupt_file",
    "The Word document is damaged or cut off: its text cannot be found in it. Send an intact copy.",
    { cause },
  );
}
