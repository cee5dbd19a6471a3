import fc from "fast-check";
import { expect, test } from "vitest";
import { isPlain, scan } from "./scan.ts";
import { clausesOf, spelled } from "./words.ts";

const PIECES = [
  ..."aBéßİяα中カไกก็क्षि1Ⅷ½_'’-–—.,:;!?()/ \t\n\u00a0\u2028\u3000\ufeff\u200c\u200d\u0301\u0345",
  ...["don't", "DON’T", "l’eau", "o'b1", " - ", " -- ", " -\n", "- -", "ǅ", "ﬀ", "٣", "ـ", "َ", "   "],
];
const texts = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 60 })
  .map((pieces) => pieces.join("").normalize("NFC"));

test("a scan finds the words and the clauses that the regular expressions find", () => {
  fc.assert(
    fc.property(texts, (text) => {
      fc.pre(isPlain(text));
      expect(scanned(text)).toEqual(clausesOf(text).filter((words) => words.length > 0));
    }),
    { numRuns: 2_000 },
  );
});

test.each(["a\u00adb", "ΟΔΟΣ", "a 😀 b", "a <b> c", "a &amp; b", "see http://x.y/z"])(
  "%s is not plain",
  (text) => {
    expect(isPlain(text)).toBe(false);
  },
);

function scanned(text: string): string[][] {
  const clauses: string[][] = [[]];
  scan(text, {
    word: (written) => void clauses.at(-1)?.push(...spelled(written)),
    endClause: () => void clauses.push([]),
  });
  return clauses.filter((words) => words.length > 0);
}
