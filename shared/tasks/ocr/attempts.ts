import { type OcrPage, textOf } from "./pageText.ts";
import { bounded, type Picture, quarterTurned, scaled, turned } from "./picture.ts";
import type { Page, Thresholding } from "./reader.ts";
import { isShaded } from "./shade.ts";
import { skewOf } from "./skew.ts";

/** Mean confidence from which a reading is accepted, 0..100. */
export const GOOD = 85;
/** Mean confidence below which the page may lie on its side or upside down. */
const POOR = 60;
/** Mean confidence from which a rotation is accepted. */
const TURNED_RIGHT = 75;
/** An A4 page at 200 dpi. */
const GLANCE_PIXELS = 4_000_000;
/** Height of text in pixels below which enlarging helps; 10-point print at 300 dpi has about 45. */
const LOW_ROW = 26;
const GOOD_ROW = 40;
const MAX_SCALE = 3;

/** Most pixels for the local methods, which also keep up to 12 bytes of sums for every pixel. */
const MOST_PIXELS = { otsu: 10_000_000, adaptive: 7_000_000, sauvola: 7_000_000 } as const;

/** Preparation of a page before tesseract reads it. */
export interface Preparation {
  /** Rotation in degrees clockwise. */
  readonly rotation: 0 | 90 | 180 | 270;
  readonly scale: number;
  readonly thresholding: Thresholding;
}

/** The reading of a prepared page. */
export interface Attempt extends OcrPage, Preparation {
  /** Angle in degrees by which the page was straightened. */
  readonly skew: number;
  /** Whether words come from the page drawn anew by its differences from the ground. */
  readonly levelled: boolean;
}

export type Recognize = (picture: Picture, thresholding: Thresholding) => Promise<Page>;

const PLAIN: Preparation = { rotation: 0, scale: 1, thresholding: "otsu" };

/**
 * Reads a page, again with other preparations if the confidence is low, and keeps the reading with the highest
 * confidence. A clear page costs one recognition, the worst page nine.
 * @param straighten whether the page may be rotated; single lines and words may not
 */
export async function readPage(page: Picture, recognize: Recognize, straighten: boolean): Promise<Attempt> {
  const attempt = attempts(page, recognize, straighten);
  let best = await attempt(PLAIN);
  if (best.words.length === 0) best = better(best, await attempt({ ...PLAIN, thresholding: "adaptive" }));
  if (straighten && best.words.length > 0 && best.confidence < POOR)
    best = await turnedRight(best, attempt, page.gray.width * page.gray.height);
  // Tesseract does not see text in the shade, so the confidence of the rest may be high.
  if (best.confidence >= GOOD && !(await isShaded(page.gray))) return best;
  for (const next of furtherPreparations(best)) best = better(best, await attempt(next));
  return best;
}

/** Scale at which rows of this height are read well. */
export function scaleOf(rowHeight: number): number {
  return rowHeight > 0 && rowHeight < LOW_ROW ? Math.min(GOOD_ROW / rowHeight, MAX_SCALE) : 1;
}

/** Reads a page without preparation. */
export async function readPlainly(page: Picture, recognize: Recognize): Promise<Attempt> {
  return { ...PLAIN, skew: 0, levelled: false, ...textOf(await recognize(page, "otsu"), page) };
}

type Try = (preparation: Preparation) => Promise<Attempt>;

function attempts(page: Picture, recognize: Recognize, straighten: boolean): Try {
  const straight = straightener(page, straighten);
  return async (preparation) => {
    const { scale, thresholding } = preparation;
    const { picture, skew } = await straight(preparation.rotation);
    const prepared = await bounded(await scaled(picture, scale), MOST_PIXELS[thresholding]);
    const text = textOf(await recognize(prepared, thresholding), prepared);
    return { ...preparation, skew, levelled: false, ...text };
  };
}

interface Straight {
  readonly picture: Picture;
  readonly skew: number;
}

/** Turns a page by quarters and straightens its lines. */
export function straightener(page: Picture, straighten: boolean) {
  // Only the last rotation is kept, because each is as large as the page.
  let side: { rotation: number; straight: Promise<Straight> } | undefined;
  const upright = async (rotation: Preparation["rotation"]) => {
    const picture = await quarterTurned(page, rotation);
    const skew = straighten ? await skewOf(picture.gray) : 0;
    return { picture: await turned(picture, -skew), skew };
  };
  return async (rotation: Preparation["rotation"]): Promise<Straight> => {
    if (side?.rotation !== rotation) side = { rotation, straight: upright(rotation) };
    return await side.straight;
  };
}

/** Reads the page in its other three orientations; a large page is reduced, which is enough to find the right one. */
async function turnedRight(first: Attempt, attempt: Try, pixels: number): Promise<Attempt> {
  const scale = Math.min(1, Math.sqrt(GLANCE_PIXELS / pixels));
  for (const rotation of [180, 90, 270] as const) {
    const glance = await attempt({ ...PLAIN, rotation, scale });
    if (glance.confidence < TURNED_RIGHT) continue;
    return better(first, scale < 1 ? await attempt({ ...PLAIN, rotation }) : glance);
  }
  return first;
}

function furtherPreparations({ rotation, rowHeight, thresholding }: Attempt): Preparation[] {
  const others = thresholding === "sauvola" ? [] : (["sauvola"] as const);
  const scale = scaleOf(rowHeight);
  if (scale === 1) return others.map((other) => ({ rotation, scale, thresholding: other }));
  return [thresholding, ...others].map((each) => ({ rotation, scale, thresholding: each }));
}

export function better(known: Attempt, next: Attempt): Attempt {
  return next.score > known.score ? next : known;
}
