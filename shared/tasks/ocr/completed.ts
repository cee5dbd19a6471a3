import type { Colours } from "../../media/picture/colour.ts";
import type { Gray } from "../../media/picture/luma.ts";
import { type Attempt, better, GOOD, type Recognize, scaleOf, straightener } from "./attempts.ts";
import type { Box } from "./box.ts";
import { type Ground, groundOf } from "./ground/ground.ts";
import { levelled } from "./ground/levelled.ts";
import { marksOf } from "./ground/marks.ts";
import { withoutRules } from "./ground/rules.ts";
import { heightOf, lettersOf, type Places, unreadBox } from "./ground/unread.ts";
import { merged } from "./merged.ts";
import { type OcrWord, textOf } from "./pageText.ts";
import {
  bounded,
  cropped,
  type Picture,
  quarterTurned,
  type ReadablePage,
  scaled,
  turned,
} from "./picture.ts";
import { reducedSize, shrunk } from "./skew.ts";

/** Confidence from which a word counts as read, 0..100. */
const READ = 50;
/** Share of a page that was read well up to which only the place of the missed letters is read again. */
const PLACE = 0.25;
/** Height of a row of text as a multiple of the median height of its letters. */
const ROW = 2;

export interface PageReading {
  readonly page: ReadablePage;
  readonly recognize: Recognize;
  /** Whether the page may be straightened, and lines may be added to it. */
  readonly straighten: boolean;
}

/**
 * Adds the text that a reading missed: as bright as its ground, on panels and highlights, faint beside black, between
 * ruled lines. A page costs a look at it in small size, and a second recognition only if it has letters that are in no word.
 */
export async function completed(
  found: Attempt,
  { page, recognize, straighten }: PageReading,
): Promise<Attempt> {
  const reduced = await reducedColours(page);
  const ground = groundOf(reduced);
  if (ground === undefined) return found;
  const letters = lettersOf(marksOf(reduced, ground));
  const size = { page, reduced };
  const unread = unreadBox(letters, {
    found: placesOf(found.words, size),
    sure: placesOf(
      found.words.filter(({ confidence }) => confidence >= READ),
      size,
    ),
  });
  if (unread === undefined) return found;
  const picture = await levelledPage(page, reduced, ground);
  const factor = picture.gray.width / reduced.width;
  const height = heightOf(letters) * factor;
  const place =
    straighten && found.confidence >= GOOD
      ? placeIn(picture, { unread, factor, margin: ROW * height })
      : undefined;
  const next = await readLevelled(picture, { found, recognize, straighten, height, place });
  return straighten ? merged(found, next) : better(found, next);
}

interface Unread {
  readonly unread: Box;
  /** Pixels of the page for a pixel of the reduced page that `unread` lies on. */
  readonly factor: number;
  /** Pixels that are read on each side. */
  readonly margin: number;
}

/** The box of the page that is read again; undefined where that is most of the page. */
function placeIn({ gray }: Picture, { unread, factor, margin }: Unread): Box | undefined {
  const box = {
    x0: Math.max(0, Math.floor(unread.x0 * factor - margin)),
    y0: Math.max(0, Math.floor(unread.y0 * factor - margin)),
    x1: Math.min(gray.width, Math.ceil(unread.x1 * factor + margin)),
    y1: Math.min(gray.height, Math.ceil(unread.y1 * factor + margin)),
  };
  return (box.x1 - box.x0) * (box.y1 - box.y0) <= PLACE * gray.width * gray.height ? box : undefined;
}

async function reducedColours({ picture, colours }: ReadablePage): Promise<Colours> {
  const size = reducedSize(picture.gray);
  return (await colours(size)) ?? inColours(await shrunk(picture.gray));
}

async function levelledPage(
  { picture, colours }: ReadablePage,
  reduced: Colours,
  ground: Ground,
): Promise<Picture> {
  const { gray, toPage } = picture;
  const { width, height } = gray;
  const page = (await colours({ width, height })) ?? inColours(gray);
  return { gray: levelled(page, reduced, ground), toPage };
}

function inColours({ width, height, data }: Gray): Colours {
  if (data instanceof Uint8Array) return { width, height, channels: 1, data };
  throw new Error("a page of 16 bits cannot be recognised");
}

interface LevelledReading extends Omit<PageReading, "page"> {
  readonly found: Attempt;
  /** Height of letters in pixels. */
  readonly height: number;
  /** What is read of the page; all of it unless said. */
  readonly place: Box | undefined;
}

async function readLevelled(
  page: Picture,
  { found, recognize, straighten, height, place }: LevelledReading,
): Promise<Attempt> {
  const { rotation } = found;
  const scale = found.scale > 1 ? found.scale : scaleOf(height * ROW);
  // A place of some lines is too small to tell how far the page is askew.
  const { picture, skew } =
    place === undefined
      ? await straightener(page, straighten)(rotation)
      : await straightLike(found, await cropped(page, place));
  const plain = { ...picture, gray: withoutRules(picture.gray, height) };
  const prepared = await bounded(await scaled(plain, scale));
  const text = textOf(await recognize(prepared, "otsu"), prepared);
  return { rotation, scale, skew, thresholding: "otsu", levelled: true, ...text };
}

async function straightLike({ rotation, skew }: Attempt, page: Picture) {
  return { picture: await turned(await quarterTurned(page, rotation), -skew), skew };
}

interface PageSizes {
  readonly page: ReadablePage;
  readonly reduced: Colours;
}

/** The places of words on the reduced page. */
function placesOf(words: readonly OcrWord[], { page, reduced: { width, height } }: PageSizes): Places {
  const places = new Uint8Array(width * height);
  const [across, down] = [width / page.width, height / page.height];
  for (const { bbox } of words) {
    const [from, to] = [Math.floor(bbox.x0 * across) - 2, Math.ceil(bbox.x1 * across) + 2];
    const last = Math.min(height, Math.ceil(bbox.y1 * down) + 2);
    for (let y = Math.max(0, Math.floor(bbox.y0 * down) - 2); y < last; y++)
      places.fill(1, y * width + Math.max(0, from), y * width + Math.min(width, to));
  }
  return (x: number, y: number) => places[y * width + x] === 1;
}
