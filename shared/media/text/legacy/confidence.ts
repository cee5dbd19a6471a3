import type { Choice } from "./choose.ts";

/** Confidence in a text that is like no language: bytes at random. */
const NO_LANGUAGE = 0.1;
/** Mean cost from which many bytes are no language; single letters in a text of ASCII may cost more. */
const STRANGE = { narrow: 24, wide: 11 } as const;
const SINGLE = 200;

/**
 * Confidence in a choice, 0..1: the share of texts with such a margin that are read rightly, as counted in texts that
 * the costs were not made from (docs/adr/0021).
 */
export function confidenceOf({ margin, mean, highBytes, width }: Choice): number {
  if (mean > STRANGE[width] + SINGLE / highBytes) return NO_LANGUAGE;
  return 1 - 0.6 * Math.exp(-margin / 10);
}
