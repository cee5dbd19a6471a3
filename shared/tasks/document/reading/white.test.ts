import fc from "fast-check";
import { expect, test } from "vitest";
import { singleSpaced } from "./white.ts";

test("every run of white space is one space, and nothing else changes", () => {
  const texts = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r", "\f", "\u00a0", "a", "é") });
  fc.assert(
    fc.property(texts, (text) => {
      expect(singleSpaced(text)).toBe(text.split(/[ \t\n\r\f]+/).join(" "));
    }),
  );
});
