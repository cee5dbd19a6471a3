import { decodedAs } from "../mail/words.ts";
import type { OleStorage } from "../package/container.ts";
import { pageOfNumber } from "../rtf/charsets.ts";

/** Properties of a message, recipient or attachment (MS-OXMSG 2.4), by their ids of four hexadecimal digits. */
export interface Properties {
  /** A text; "" where it is absent. */
  text(id: string): string;
  bytes(id: string): Buffer | undefined;
  number(id: string): number | undefined;
  time(id: string): Date | undefined;
}

/** Bytes before the list of values: of a message, of one inside of another, of recipients and attachments. */
export const HEADS = { message: 32, inner: 24, part: 8 } as const;

const LIST = "__properties_version1.0";
const NUMBER = 0x0003;
const TIME = 0x0040;
/** Ids of the code page and of the language of a message. */
const PAGE = "3FFD";
const LANGUAGE = "3FF1";
/** From 1601 to 1970. */
const EPOCH_MS = 11_644_473_600_000;

/** The code page of texts that are not Unicode, as a message states it or its language tells. */
export function pageStated(number: Properties["number"]): number | undefined {
  const language = number(LANGUAGE) ?? 0;
  const isMainland = language === 0x0804 || language === 0x1004;
  return number(PAGE) ?? (isMainland ? 936 : PAGE_OF.get(language & 0x3ff));
}

/** Code pages by primary languages (MS-LCID); others have 1252. */
const LANGUAGES: readonly (readonly [page: number, languages: readonly number[]])[] = [
  [1250, [0x05, 0x0e, 0x15, 0x18, 0x1a, 0x1b, 0x1c, 0x24]],
  [1251, [0x02, 0x19, 0x22, 0x23, 0x2f]],
  [1256, [0x01, 0x20, 0x29]],
  [1257, [0x25, 0x26, 0x27]],
  ...([
    [932, [0x11]],
    [949, [0x12]],
    [950, [0x04]],
    [874, [0x1e]],
    [1253, [0x08]],
    [1254, [0x1f]],
    [1255, [0x0d]],
    [1258, [0x2a]],
  ] as const),
];
const PAGE_OF: ReadonlyMap<number, number> = new Map(
  LANGUAGES.flatMap(([page, languages]) => languages.map((language) => [language, page] as const)),
);

/** @param page code page of texts that are not Unicode, where it is not that of these properties */
export function propertiesOf(storage: OleStorage, head: number, page?: number): Properties {
  const values = valuesOf(storage.stream(LIST)?.subarray(head) ?? Buffer.alloc(0));
  const stream = (id: string, type: string) => storage.stream(`__substg1.0_${id}${type}`);
  const number = (id: string) => values.get(`${id}/${NUMBER}`)?.readInt32LE(0);
  return {
    number,
    bytes: (id) => stream(id, "0102"),
    text: (id) => {
      const unicode = stream(id, "001F");
      if (unicode !== undefined) return unicode.toString("utf16le").replace(/\0[\s\S]*$/, "");
      const bytes = stream(id, "001E");
      if (bytes === undefined) return "";
      return decodedAs(bytes, pageOfNumber(page ?? pageStated(number) ?? 1252)).replace(/\0[\s\S]*$/, "");
    },
    time: (id) => {
      const ticks = values.get(`${id}/${TIME}`)?.readBigUInt64LE(0);
      const date = ticks === undefined ? undefined : new Date(Number(ticks / 10_000n) - EPOCH_MS);
      return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
    },
  };
}

/** Values of eight bytes, by id and type. */
function valuesOf(list: Buffer): ReadonlyMap<string, Buffer> {
  const values = new Map<string, Buffer>();
  for (let at = 0; at + 16 <= list.length; at += 16) {
    const id = list
      .readUInt16LE(at + 2)
      .toString(16)
      .padStart(4, "0")
      .toUpperCase();
    values.set(`${id}/${list.readUInt16LE(at)}`, list.subarray(at + 8, at + 16));
  }
  return values;
}
