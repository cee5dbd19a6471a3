import { compoundOf, type MsgStorage } from "./msg.ts";

export interface DocSpec {
  /** Stories in the order of the format; each ends with the mark of a paragraph. */
  readonly stories: Readonly<
    Partial<
      Record<
        "main" | "footnotes" | "headers" | "macros" | "comments" | "endnotes" | "boxes" | "headerBoxes",
        string
      >
    >
  >;
  /** Bytes of a character. */
  readonly width?: 1 | 2;
  /** Changes of characters: numbers of the first and of the one behind the last, and the list in hexadecimal digits. */
  readonly characters?: readonly (readonly [from: number, to: number, changes: string])[];
  /** Changes of the paragraphs in their order: number of their style, and the list; the others have the style 0. */
  readonly paragraphs?: Readonly<Record<number, readonly [style: number, changes: string]>>;
  /** Parts of the table stream by their number. */
  readonly parts?: Readonly<Record<number, Buffer>>;
  /** Length of the main story where it is not that of its text. */
  readonly length?: number;
  readonly ident?: number;
  readonly version?: number;
  readonly flags?: number;
  /** Other streams. */
  readonly streams?: MsgStorage;
}

const ORDER = [
  "main",
  "footnotes",
  "headers",
  "macros",
  "comments",
  "endnotes",
  "boxes",
  "headerBoxes",
] as const;
const TEXT_AT = 1024;
const PAGE = 512;

/** Makes a document of Word 97 (MS-DOC). */
export function docOf(spec: DocSpec): Buffer {
  const { width = 2, stories } = spec;
  const text = ORDER.map((name) => stories[name] ?? "").join("");
  const bytes = Buffer.from(text, width === 2 ? "utf16le" : "latin1");
  const firstPage = Math.ceil((TEXT_AT + bytes.length) / PAGE);
  const place = (character: number) => TEXT_AT + character * width;
  const pages = [charactersPage(spec, place, text.length), paragraphsPage(spec, place, text)];
  const end = place(text.length);
  const table = tableOf({
    ...{ 12: pageList(TEXT_AT, end, firstPage), 13: pageList(TEXT_AT, end, firstPage + 1) },
    33: pieceBytes(text.length, 1, width),
    ...spec.parts,
  });
  const main = Buffer.alloc((firstPage + 2) * PAGE);
  headOf(spec, table.pairs).copy(main);
  bytes.copy(main, TEXT_AT);
  for (const [at, page] of pages.entries()) page.copy(main, (firstPage + at) * PAGE);
  return compoundOf({ WordDocument: main, "1Table": table.bytes, ...spec.streams });
}

function headOf(spec: DocSpec, pairs: ReadonlyMap<number, readonly [at: number, length: number]>): Buffer {
  const head = Buffer.alloc(898);
  head.writeUInt16LE(spec.ident ?? 0xa5ec, 0);
  head.writeUInt16LE(spec.version ?? 0xc1, 2);
  head.writeUInt16LE(0x0200 | (spec.flags ?? 0), 10);
  head.writeUInt16LE(14, 32);
  head.writeUInt16LE(22, 62);
  for (const [at, name] of ORDER.entries())
    head.writeInt32LE((spec.stories[name] ?? "").length, 64 + 12 + 4 * at);
  if (spec.length !== undefined) head.writeInt32LE(spec.length, 64 + 12);
  head.writeUInt16LE(93, 152);
  for (const [number, [at, length]] of pairs) {
    head.writeUInt32LE(at, 154 + 8 * number);
    head.writeUInt32LE(length, 158 + 8 * number);
  }
  return head;
}

function tableOf(parts: Readonly<Record<number, Buffer>>) {
  const pairs = new Map<number, readonly [number, number]>();
  const all: Buffer[] = [];
  let at = 0;
  for (const [number, part] of Object.entries(parts)) {
    pairs.set(Number(number), [at, part.length]);
    all.push(part);
    at += part.length;
  }
  return { pairs, bytes: Buffer.concat(all) };
}

function pageList(from: number, to: number, page: number): Buffer {
  return Buffer.from(new Uint32Array([from, to, page]).buffer);
}

/** The list of pieces: the same characters from the start of the text, one time or many. */
export function pieceBytes(length: number, times: number, width: 1 | 2 = 2): Buffer {
  const [places, pieces] = [(times + 1) * 4, times * 8];
  const list = Buffer.alloc(5 + places + pieces);
  list[0] = 2;
  list.writeUInt32LE(places + pieces, 1);
  for (let at = 0; at <= times; at += 1) list.writeUInt32LE(length * at, 5 + 4 * at);
  for (let at = 0; at < times; at += 1)
    list.writeUInt32LE(width === 1 ? (0x40000000 | (TEXT_AT * 2)) >>> 0 : TEXT_AT, 5 + places + at * 8 + 2);
  return list;
}

type Place = (character: number) => number;

function charactersPage({ characters = [] }: DocSpec, place: Place, length: number): Buffer {
  const edges = [
    ...new Set([0, length, ...characters.flatMap(([from, to]) => [from, to] as const)]),
  ].toSorted((one, other) => one - other);
  const entries = edges.slice(0, -1).map((edge) => {
    const changes = Buffer.from(characters.find(([from]) => from === edge)?.[2] ?? "", "hex");
    return changes.length === 0 ? undefined : Buffer.concat([Buffer.from([changes.length]), changes]);
  });
  return pageOf(edges.map(place), entries, 1);
}

function paragraphsPage({ paragraphs = {} }: DocSpec, place: Place, text: string): Buffer {
  // A page has room for few; the paragraphs behind these have no properties.
  const ends = [...text].flatMap((sign, at) => ("\r\x07\x0c".includes(sign) ? [at + 1] : [])).slice(0, 12);
  const entries = ends.map((_, at) => {
    const [style, hex] = paragraphs[at] ?? [0, ""];
    const changes = Buffer.from(hex, "hex");
    const words = Math.ceil((changes.length + 2) / 2);
    const entry = Buffer.alloc(2 + 2 * words);
    entry[1] = words;
    entry.writeUInt16LE(style, 2);
    changes.copy(entry, 4);
    return entry;
  });
  return pageOf([0, ...ends].map(place), entries, 13);
}

function pageOf(edges: readonly number[], entries: readonly (Buffer | undefined)[], size: 1 | 13): Buffer {
  const page = Buffer.alloc(PAGE);
  page[PAGE - 1] = entries.length;
  for (const [at, edge] of edges.entries()) page.writeUInt32LE(edge, at * 4);
  let free = PAGE - 2;
  for (const [at, entry] of entries.entries()) {
    if (entry === undefined) continue;
    free = (free - entry.length) & ~1;
    entry.copy(page, free);
    page[edges.length * 4 + at * size] = free / 2;
  }
  return page;
}

/** A list of places with something beside each of them, but for the last. */
export function placeList(places: readonly number[], beside: readonly Buffer[] = []): Buffer {
  return Buffer.concat([Buffer.from(new Uint32Array(places).buffer), ...beside]);
}
