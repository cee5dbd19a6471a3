import { FileError } from "../../../errors.ts";

/** Properties of a stretch of the stream. */
export interface Stretch {
  /** Place behind it. */
  readonly end: number;
  /** Where its properties are in the stream; undefined for those of the style alone. */
  readonly properties: number | undefined;
}

/** Bytes of a page of properties. */
const PAGE = 512;
/** Most stretches of one document. A book of 1,000 pages has about 100,000. */
const MOST_STRETCHES = 1_000_000;

/** Stretches of the stream and their properties, in pages of 512 bytes (MS-DOC 2.9.33, 2.9.175). */
export class Stretches {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #properties: (number | undefined)[] = [];

  /**
   * @param list pages in their order
   * @param entry bytes of an entry of a page: 1 for characters, 13 for paragraphs
   * @throws FileError `too_large`
   */
  constructor(stream: Buffer, list: Buffer, entry: 1 | 13) {
    const found: FoundStretch[] = [];
    for (const page of pagesOf(list)) {
      addPage(found, stream, { from: page * PAGE, entry });
      if (found.length > MOST_STRETCHES) throw tooMany();
    }
    for (const { start, end, properties } of found.toSorted((one, other) => one.start - other.start)) {
      this.#starts.push(start);
      this.#ends.push(end);
      this.#properties.push(properties);
    }
  }

  /** The stretch that holds a place, or the gap up to the next one. */
  at(place: number): Stretch {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= place) low = middle + 1;
      else high = middle;
    }
    const end = this.#ends[low - 1] ?? 0;
    if (end > place) return { end, properties: this.#properties[low - 1] };
    return { end: this.#starts[low] ?? Number.POSITIVE_INFINITY, properties: undefined };
  }
}

interface FoundStretch extends Stretch {
  readonly start: number;
}

function addPage(
  found: FoundStretch[],
  stream: Buffer,
  { from, entry }: { readonly from: number; readonly entry: number },
): void {
  const page = stream.subarray(from, from + PAGE);
  if (page.length < PAGE) return;
  const count = Math.min(page[PAGE - 1] ?? 0, Math.floor((PAGE - 5) / (4 + entry)));
  for (let at = 0; at < count; at += 1) {
    const word = page[(count + 1) * 4 + at * entry] ?? 0;
    const properties = word === 0 ? undefined : from + word * 2;
    found.push({ start: page.readUInt32LE(at * 4), end: page.readUInt32LE(at * 4 + 4), properties });
  }
}

/** Numbers of the pages, each once: a damaged list may name one many times. */
function pagesOf(list: Buffer): ReadonlySet<number> {
  const count = Math.max(0, Math.floor((list.length - 4) / 8));
  return new Set(
    Array.from({ length: count }, (_, at) => list.readUInt32LE((count + 1) * 4 + at * 4) & 0x3fffff),
  );
}

function tooMany(): FileError {
  return new FileError(
    "too_large",
    `The document changes its formatting more than ${MOST_STRETCHES} times. This limit is fixed; split it.`,
  );
}
