import { type LanguageIdentifier, loadModule } from "cld3-asm";

/** Bytes of a text that are judged. */
const MOST_BYTES = 6_000;
/** Starting takes half a second on a quiet machine. */
const START_MS = 60_000;

/** What the detector says of a text. */
export interface Detected {
  /** ISO 639-1 code, or 639-3 where there is none; with `-Latn` for a language of another script in Latin letters. */
  readonly language: string;
  /** The detector's own figure, 0..1; most texts have 0.99 and more. */
  readonly probability: number;
}

export type Detect = (text: string) => Detected;

let started: Promise<LanguageIdentifier> | undefined;

/** Starts the detector (CLD3, a small neural network in WebAssembly) if it does not run. */
export async function detector(): Promise<Detect> {
  started ??= loadModule({ timeout: START_MS }).then((factory) => factory.create(0, MOST_BYTES));
  const identifier = await started;
  return (text) => identifier.findLanguage(text.replace(/\p{Surrogate}/gu, "\ufffd"));
}
