import { FileError } from "../../../errors.ts";
import type { StreamSource } from "../byteWindow.ts";
import { type OggPage, type PageTally, pagesOf } from "./pages.ts";

/** The packets that end in a page. */
export interface PagePackets {
  readonly packets: readonly Buffer[];
  /** Position in samples at the end of the last of them. */
  readonly granule: number;
  /** Whether the page is the last one of its stream. */
  readonly isLast: boolean;
}

/** What is wrong with the packets of a file. */
export interface OggTally extends PageTally {
  /** Number of packets of which a part is missing. */
  lost: number;
  /** Number of streams that begin behind the end of the one that is read. */
  chained: number;
}

const LONGEST_PACKET = 1 << 24;

export function emptyTally(): OggTally {
  return { damaged: 0, strayBytes: 0, isCut: false, lost: 0, chained: 0 };
}

/** The packets of one stream of an Ogg file, page by page. @throws FileError `corrupt_file` */
export async function* packetsOf(
  source: StreamSource,
  serial: number,
  tally: OggTally,
): AsyncGenerator<PagePackets> {
  const joiner = new Joiner(tally);
  let isOver = false;
  for await (const page of pagesOf(source, tally)) {
    if (isOver && page.isFirst) tally.chained += 1;
    if (isOver || page.serial !== serial) continue;
    isOver = page.isLast;
    const packets = joiner.add(page);
    if (packets.length > 0) yield { packets, granule: page.granule, isLast: page.isLast };
  }
  if (!isOver) tally.isCut = true;
}

/** Joins packets that go over several pages. */
class Joiner {
  readonly #tally: OggTally;
  #parts: Buffer[] = [];
  #bytes = 0;
  #sequence: number | undefined;

  constructor(tally: OggTally) {
    this.#tally = tally;
  }

  add({ sequence, isContinued, lacing, body }: OggPage): Buffer[] {
    const isNext = this.#sequence === undefined || sequence === this.#sequence + 1;
    this.#sequence = sequence;
    const hasStart = isNext && isContinued && this.#parts.length > 0;
    if (!isNext || (this.#parts.length > 0 && !hasStart)) this.#tally.lost += 1;
    if (!hasStart) this.#clear();
    return this.#split(lacing, body, isContinued && !hasStart);
  }

  /** @param isRest whether the first packet is the rest of one whose start is missing */
  #split(lacing: Uint8Array, body: Buffer, isRest: boolean): Buffer[] {
    const packets: Buffer[] = [];
    let [from, to, skip] = [0, 0, isRest];
    for (const length of lacing) {
      to += length;
      if (length === 255) continue;
      this.#keep(body.subarray(from, to));
      if (!skip) packets.push(Buffer.concat(this.#parts));
      this.#clear();
      [from, skip] = [to, false];
    }
    if (to > from && !skip) this.#keep(Buffer.from(body.subarray(from, to)));
    return packets;
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > LONGEST_PACKET)
      throw new FileError("corrupt_file", `A packet of the Ogg file has more than ${LONGEST_PACKET} bytes.`);
  }

  #clear(): void {
    this.#parts = [];
    this.#bytes = 0;
  }
}
