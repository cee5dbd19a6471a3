import type { Gray } from "../../../media/picture/luma.ts";
import { installedLanguages } from "../languages.ts";
import { textOf } from "../pageText.ts";
import type { Picture } from "../picture.ts";
import type { Page } from "../reader.ts";
import { sampleOf } from "./sample.ts";

/** Language of a page that does not show its own. */
const DEFAULT = "eng";

/** Mean confidence from which a sample counts as read in its language, 0..100. */
const READ = 70;
/** Least difference to the mean confidence of the next language. */
const CLEAR = 3;

export interface Candidate {
  /** Tesseract's code. */
  readonly code: string;
  /** Mean confidence over the letters and digits of the sample, 0..100. */
  readonly confidence: number;
}

/** The language that a page is read in. */
export interface PageLanguage extends Candidate {
  /** Whether it was told from the page; else it is the default. */
  readonly certain: boolean;
  /** The best of the others; null where there is none. */
  readonly next: Candidate | null;
}

/** Reads a picture in a language. */
export type ReadIn = (gray: Gray, how: { readonly code: string; readonly isBlock: boolean }) => Promise<Page>;

/**
 * The language of the page among those that are installed: each reads the same few lines, and the one with the highest
 * mean confidence is taken when it reads them well and clearly better than the next.
 */
export async function pageLanguage(picture: Picture, read: ReadIn): Promise<PageLanguage> {
  const codes = await installedLanguages();
  const nothing: PageLanguage = { code: DEFAULT, confidence: 0, certain: false, next: null };
  if (codes.length < 2) return { ...nothing, code: codes[0] ?? DEFAULT };
  const sample = await sampleOf(picture, await read(picture.gray, { code: DEFAULT, isBlock: false }));
  if (sample === undefined) return nothing;
  const candidates: Candidate[] = [];
  for (const code of [DEFAULT, ...codes.filter((other) => other !== DEFAULT)]) {
    const text = textOf(await read(sample, { code, isBlock: true }), {
      gray: sample,
      toPage: (x, y) => [x, y],
    });
    candidates.push({ code, confidence: Math.round(text.confidence * 100) / 100 });
  }
  return chosenOf(candidates);
}

/** @param candidates at least one */
export function chosenOf(candidates: readonly Candidate[]): PageLanguage {
  const ordered = candidates.toSorted((a, b) => b.confidence - a.confidence);
  const [best, next = null] = ordered;
  if (best === undefined) throw new Error("there are candidates");
  if (best.confidence >= READ && best.confidence - (next?.confidence ?? 0) >= CLEAR)
    return { ...best, certain: true, next };
  const taken = candidates.find(({ code }) => code === DEFAULT) ?? best;
  return { ...taken, certain: false, next: ordered.find(({ code }) => code !== taken.code) ?? null };
}
