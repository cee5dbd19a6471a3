import { decodeEbcdic, EBCDIC } from "../codecs/ebcdic.ts";
import { wideReadings } from "./double.ts";
import { type BytePairs, pairsOf } from "./pairs.ts";
import { type Reading, readings } from "./single.ts";

export interface Choice {
  readonly encoding: string;
  /** Cost of the next best text less the cost of this one, in half nats. */
  readonly margin: number;
  /** Cost of this text for each byte above 127. */
  readonly mean: number;
  readonly highBytes: number;
  /** Bytes of a character: always one, or several. */
  readonly width: "narrow" | "wide";
}

/** Chooses the encoding in which the bytes look most like a language. The bytes are text, but neither ASCII nor UTF-8. */
export function chooseLegacy(bytes: Buffer): Choice {
  const pairs = pairsOf(bytes);
  const [wide, otherWide] = wideReadings(bytes, pairs);
  const narrow = readings(pairs);
  const [best] = narrow;
  if (best === undefined || wide === undefined) throw new Error("there are encodings");
  const isWide = wide.cost < best.cost;
  const cost = Math.min(wide.cost, best.cost);
  const rivals = isWide ? [best.cost, otherWide?.cost ?? best.cost] : [wide.cost, otherText(pairs, narrow)];
  return {
    encoding: isWide ? wide.name : best.charset.name,
    margin: Math.min(...rivals) - cost,
    mean: cost / pairs.highBytes,
    highBytes: pairs.highBytes,
    width: isWide ? "wide" : "narrow",
  };
}

/** Cost of the best reading whose text is another one. */
function otherText({ high }: BytePairs, [best, ...others]: readonly Reading[]): number {
  const used = new Set(Array.from(high, (pair) => pair & 0xff).filter((byte) => byte > 127));
  const isOther = ({ charset }: Reading) =>
    [...used].some((byte) => charset.characters[byte] !== best?.charset.characters[byte]);
  return others.find(isOther)?.cost ?? Number.POSITIVE_INFINITY;
}

const LATIN = "windows-1252";
/** Code pages have letters where others have signs of ASCII, which are free in `readings`. */
const SIGN_IN_WORD = /[{}[\]\\|~^`@#$!¬¢§](?=\p{L})|(?<=\p{L})[{}[\]\\|~^`@#$¬¢§]/gu;
const SIGN_COST = 20;

/** The code page of EBCDIC whose letters look most like a language; punctuation does not tell. */
export function chooseEbcdic(bytes: Uint8Array): string {
  const costs = EBCDIC.map((name): readonly [string, number] => {
    const text = decodeEbcdic(bytes, name);
    const latin = readings(pairsOf(Buffer.from(text, "latin1"))).find(
      ({ charset }) => charset.name === LATIN,
    );
    const signs = text.match(SIGN_IN_WORD)?.length ?? 0;
    return [name, (latin?.cost ?? 0) + signs * SIGN_COST];
  });
  return costs.reduce((best, other) => (other[1] < best[1] ? other : best))[0];
}
