import { decodedAs } from "../mail/words.ts";
import type { OleStorage } from "../package/container.ts";
import { pageOfNumber } from "../rtf/charsets.ts";

/** Properties of a document by their ids (MS-OLEPS, MS-OSHARED 2.3.3). */
const SUMMARY = {
  ...{ title: 2, subject: 3, author: 4, keywords: 5, description: 6, last_modified_by: 8 },
  ...{ created: 12, modified: 13, creator: 18 },
} as const;
const DOCUMENT = { category: 2, company: 15 } as const;
const PAGE = 1;
const MOST = 1_000;
const LONGEST = 10_000;
/** Types of values: a number of 16 bits, texts of bytes and of UTF-16, a time. */
const TYPE = { number: 2, bytes: 30, wide: 31, time: 64 } as const;
/** From 1601 to 1970. */
const EPOCH_MS = 11_644_473_600_000;

/** Metadata of an old office document. Damaged properties count as absent. */
export function summaryOf(storage: OleStorage): Record<string, string | null> {
  const summary = valuesOf(storage, "\x05SummaryInformation", SUMMARY);
  return { ...summary, ...valuesOf(storage, "\x05DocumentSummaryInformation", DOCUMENT) };
}

function valuesOf(
  storage: OleStorage,
  stream: string,
  names: Readonly<Record<string, number>>,
): Record<string, string | null> {
  try {
    const set = storage.stream(stream)?.subarray(0, 2 ** 20) ?? Buffer.alloc(0);
    const values =
      set.length < 48 ? new Map<number, Buffer>() : propertiesIn(set.subarray(set.readUInt32LE(44)));
    const page = values.get(PAGE)?.readUInt16LE(4) ?? 1252;
    return Object.fromEntries(
      Object.entries(names).flatMap(([name, id]) => {
        const value = textIn(values.get(id), page);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

/** Values by their ids, each from its type on. */
function propertiesIn(section: Buffer): ReadonlyMap<number, Buffer> {
  const count = Math.min(MOST, section.readUInt32LE(4));
  return new Map(
    Array.from({ length: count }, (_, at) => {
      const place = section.readUInt32LE(8 + at * 8 + 4);
      return [section.readUInt32LE(8 + at * 8), section.subarray(place)] as const;
    }),
  );
}

function textIn(value: Buffer | undefined, page: number): string | undefined {
  if (value === undefined || value.length < 8) return undefined;
  const type = value.readUInt16LE(0);
  if (type === TYPE.time) return timeOf(value);
  const length = Math.min(LONGEST, value.readUInt32LE(4));
  const text =
    type === TYPE.wide
      ? value.toString("utf16le", 8, 8 + 2 * length)
      : type === TYPE.bytes
        ? decoded(value.subarray(8, 8 + length), page)
        : "";
  return text.replace(/\0[\s\S]*$/, "").trim() || undefined;
}

function decoded(bytes: Buffer, page: number): string {
  return page === 1200 ? bytes.toString("utf16le") : decodedAs(bytes, pageOfNumber(page));
}

function timeOf(value: Buffer): string | undefined {
  const ticks = value.readBigUInt64LE(4);
  const date = new Date(Number(ticks / 10_000n) - EPOCH_MS);
  // Programs that do not know the time write zero.
  return ticks === 0n || Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
}
