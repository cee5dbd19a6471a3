import { PdfParser, PdfSyntaxError } from "./parser.ts";
import { streamData } from "./streams.ts";
import { numberOf, type PdfDictionary, type PdfValue } from "./values.ts";

/** Where an object is: at a byte of the file, or inside of a stream of objects. */
export type PdfObjectPlace = { readonly offset: number } | { readonly stream: number; readonly nth: number };

/** The tables of a PDF, joined: newer ones hide older ones. */
export interface PdfTables {
  readonly places: ReadonlyMap<number, PdfObjectPlace | undefined>;
  readonly trailer: PdfDictionary;
  /** Byte of the newest table; undefined if the file has none that is right. */
  readonly start: number | undefined;
  /** Whether the newest table is a stream, so that an update must have one. */
  readonly isStream: boolean;
}

/** Most tables of a file: one for each update. */
const MOST_TABLES = 10_000;
const MOST_OBJECTS = 10_000_000;
const TAIL = 2_048;

type Places = Map<number, PdfObjectPlace | undefined>;

/** Reads the tables from the end of the file. @throws PdfSyntaxError */
export function readTables(bytes: Buffer): PdfTables {
  const tail = bytes.subarray(Math.max(0, bytes.length - TAIL)).toString("latin1");
  const found = [...tail.matchAll(/startxref\s+(\d+)/g)].at(-1);
  if (found === undefined) throw new PdfSyntaxError("no startxref");
  const start = Number(found[1]);
  const places: Places = new Map();
  const first = readTable(bytes, start, places);
  const seen = new Set([start]);
  for (const waiting = beforeOf(first); waiting.length > 0; ) {
    const at = waiting.shift() ?? 0;
    if (seen.has(at)) continue;
    if (seen.size > MOST_TABLES) throw new PdfSyntaxError("too many tables");
    seen.add(at);
    waiting.push(...beforeOf(readTable(bytes, at, places)));
  }
  return { places, ...first, start };
}

/** Where the tables are that a table continues. */
function beforeOf({ trailer: { entries } }: Table): number[] {
  return ["XRefStm", "Prev"].flatMap((name) => numberOf(entries.get(name)) ?? []);
}

type Table = Pick<PdfTables, "trailer" | "isStream">;

function readTable(bytes: Buffer, at: number, places: Places): Table {
  const parser = new PdfParser(bytes, at);
  const word = parser.word();
  if (word === "xref") return { trailer: readPlain(parser, places), isStream: false };
  if (!/^\d+$/.test(word)) throw new PdfSyntaxError("no table where there should be one");
  const { dict, data } = streamAt(bytes, at);
  readStream(dict, streamData(dict, data), places);
  return { trailer: dict, isStream: true };
}

function readPlain(parser: PdfParser, places: Places): PdfDictionary {
  for (let word = parser.word(); word !== "trailer"; word = parser.word()) {
    const [first, count] = [Number(word), Number(parser.word())];
    if (!(count >= 0 && count <= MOST_OBJECTS)) throw new PdfSyntaxError("a table with a wrong count");
    for (let id = first; id < first + count; id++) {
      const offset = Number(parser.word());
      parser.word();
      put(places, id, parser.word() === "n" ? { offset } : undefined);
    }
  }
  return dictOf(parser.value());
}

/** A newer table has come before. */
function put(places: Places, id: number, place: PdfObjectPlace | undefined): void {
  if (!places.has(id)) places.set(id, place);
}

function readStream({ entries }: PdfDictionary, data: Buffer, places: Places): void {
  const widths = numbersOf(entries.get("W"));
  const index = numbersOf(entries.get("Index"));
  const ids = idsOf(index.length > 0 ? index : [0, numberOf(entries.get("Size")) ?? 0]);
  readRows(data, widths, (place) => {
    const id = ids.next().value;
    if (id !== undefined) put(places, id, place);
  });
}

function readRows(
  data: Buffer,
  [a = 0, b = 0, c = 0]: readonly number[],
  each: (place: PdfObjectPlace | undefined) => void,
): void {
  const row = a + b + c;
  if (row === 0) throw new PdfSyntaxError("a table without columns");
  for (let at = 0; at + row <= data.length; at += row) {
    const kind = a === 0 ? 1 : bigEndian(data, at, a);
    const [where, rest] = [bigEndian(data, at + a, b), bigEndian(data, at + a + b, c)];
    if (kind === 2) each({ stream: where, nth: rest });
    else each(kind === 0 ? undefined : { offset: where });
  }
}

/** @param ranges first number and count of each range */
function* idsOf(ranges: readonly number[]): Generator<number, undefined> {
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    const [first, count] = [ranges[at] ?? 0, ranges[at + 1] ?? 0];
    for (let nth = 0; nth < count; nth++) yield first + nth;
  }
}

function bigEndian(data: Buffer, at: number, width: number): number {
  let value = 0;
  for (let byte = at; byte < at + width; byte++) value = value * 256 + (data[byte] ?? 0);
  return value;
}

function numbersOf(value: PdfValue | undefined): number[] {
  return value?.kind === "array" ? value.items.map((item) => numberOf(item) ?? 0) : [];
}

export function dictOf(value: PdfValue | undefined): PdfDictionary {
  if (value?.kind !== "dict") throw new PdfSyntaxError("no dictionary where there should be one");
  return value;
}

/** The object at a byte: its number, its value, and where the value ends. @throws PdfSyntaxError */
export function objectAt(
  bytes: Buffer,
  at: number,
): { readonly id: number; readonly value: PdfValue; readonly end: number } {
  const parser = new PdfParser(bytes, at);
  const [id, , keyword] = [parser.word(), parser.word(), parser.word()];
  if (!/^\d+$/.test(id) || keyword !== "obj") throw new PdfSyntaxError(`no object at byte ${at}`);
  return { id: Number(id), value: parser.value(), end: parser.at };
}

/** The stream at a byte, whose length is a number. @throws PdfSyntaxError */
export function streamAt(
  bytes: Buffer,
  at: number,
  lengthOf = (value: PdfValue | undefined) => numberOf(value),
): { readonly id: number; readonly dict: PdfDictionary; readonly data: Buffer } {
  const { id, value, end } = objectAt(bytes, at);
  const dict = dictOf(value);
  const start = dataStart(bytes, end);
  const length = lengthOf(dict.entries.get("Length"));
  if (start === undefined || length === undefined || start + length > bytes.length)
    throw new PdfSyntaxError(`no stream at byte ${at}`);
  return { id, dict, data: bytes.subarray(start, start + length) };
}

/** The first byte of a stream behind its dictionary; undefined if there is none. */
export function dataStart(bytes: Buffer, end: number): number | undefined {
  const found = /^\s*stream(?:\r\n|\n|\r)/.exec(bytes.toString("latin1", end, end + 64));
  return found === null ? undefined : end + found[0].length;
}
