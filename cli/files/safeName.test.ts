import { posix, win32 } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { safeName, twinName, withoutNumber } from "./safeName.ts";

test.each([
  ["photo_analysis.json", "photo_analysis.json"],
  ["processed_results/text/a.json", "a.json"],
  ["../../etc/passwd", "passwd"],
  ["..\\..\\boot.ini", "boot.ini"],
  ["..", "result"],
  [".", "result"],
  ["", "result"],
  ["folder/", "result"],
  [".bashrc", "_bashrc"],
  ["-rf", "_rf"],
  ["a\u0000b\u001b[31m.json", "a_b_[31m.json"],
  ["gpj.\u202etxt", "gpj._txt"],
  ["CON", "_CON"],
  ["nul.json", "_nul.json"],
  ["COM1.tar.gz", "_COM1.tar.gz"],
  ["console.json", "console.json"],
  ["trailing. . ", "trailing"],
  ["a:b?.json", "a_b_.json"],
  ["Прощай 你好 😀.json", "Прощай 你好 😀.json"],
])("%j becomes %j", (wire, expected) => {
  expect(safeName(wire)).toBe(expected);
});

test.each([
  ["processed_results/ocr/scan_ocr-2.json", "scan.png", "scan_ocr.json"],
  ["scan_ocr-12.json", "scan.png", "scan_ocr.json"],
  ["scan-2_ocr.json", "scan-2.png", "scan-2_ocr.json"],
  ["processed_scan-2.png", "scan-2.jpg", "processed_scan-2.png"],
  ["processed_scan-2-3.png", "scan-2.jpg", "processed_scan-2.png"],
  ["processed_scan-2.png", "folder/scan.jpg", "processed_scan.png"],
  ["scan_ocr-1.json", "scan.png", "scan_ocr-1.json"],
  ["README_analysis-2.json", "README", "README_analysis.json"],
])("%s of %s is fetched as %s", (wire, input, expected) => {
  expect(withoutNumber(wire, input)).toBe(expected);
});

test("a name of any length keeps its extension and fits, on a character's border", () => {
  const name = safeName(`${"ä".repeat(400)}_ocr.json`);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(220);
  expect(name).toMatch(/^ä+\.json$/);
});

test("every text becomes one plain file name, and a plain file name stays the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (wire) => {
      const name = safeName(wire);
      expect(name).toMatch(/^[^/\\\p{Cc}]+$/u);
      expect([".", ".."]).not.toContain(name);
      expect(posix.basename(name)).toBe(name);
      expect(win32.basename(name)).toBe(name);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(220);
      expect(safeName(name)).toBe(name);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["a.json", "a-2.json"],
  ["a", "a-2"],
  ["a.tar.gz", "a.tar-2.gz"],
])("the twin of %j is %j", (name, expected) => {
  expect(twinName(name, 2)).toBe(expected);
});
