import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attachmentName,
  NAME_BYTES,
  nameKey,
  nameWithoutFolders,
  numberedName,
  plainName,
  safePath,
  safeStem,
  unnumberedName,
} from "./names.ts";

const analysis = (stem: string) => `${stem}_analysis.json`;
const processed = (stem: string) => `processed_${stem}.png`;
const MOST = 9_999_999;

describe("safeStem", () => {
  test.each([
    ["notes.txt", "notes"],
    ["archive.tar.gz", "archive.tar"],
    ["no extension", "no extension"],
    ["../../etc/passwd", "passwd"],
    ["..\\..\\windows\\win.ini", "win"],
    ["C:\\fakepath\\photo.jpg", "photo"],
    ["/", "file"],
    ["", "file"],
    [".", "_"],
    ["..", "__"],
    ["...", "___"],
    [".bashrc", "_bashrc"],
    [".hidden.txt", "_hidden"],
    ["..hidden.txt", "__hidden"],
    ["a/.", "_"],
    ["a\0b.txt", "a_b"],
    ["line\nbreak\x7f.txt", "line_break_"],
    ["con.txt", "_con"],
    ["CON.foo.txt", "_CON.foo"],
    ["com1", "_com1"],
    ["LPT¹.txt", "_LPT¹"],
    ["console.txt", "console"],
    ['what? is: <this>|"*.txt', "what_ is_ _this____"],
    ["txt.exe\u202egpj.pdf", "txt.exe_gpj"],
    ["lone\ud800surrogate.txt", "lone_surrogate"],
    ["résumé.txt".normalize("NFD"), "résumé".normalize("NFC")],
    ["日本語のファイル.txt", "日本語のファイル"],
    ["نامه‌ها.txt", "نامه‌ها"],
    ["👩‍👩‍👧.png", "👩‍👩‍👧"],
    [" leading space.txt", "_leading space"],
  ])("%j is %j", (filename, stem) => {
    expect(safeStem(filename)).toBe(stem);
  });
});

describe("names", () => {
  test("a number comes before the extension, and can be taken off again", () => {
    const name = plainName("notes.v2.txt", analysis);
    expect(name).toBe("notes.v2_analysis.json");
    expect(numberedName(name, 2)).toBe("notes.v2_analysis-2.json");
    expect(numberedName("model", 12)).toBe("model-12");
    expect(unnumberedName("model-12", 12)).toBe("model");
  });

  test("a cut name ends in a hash before its suffix and fits to the byte with the greatest number", () => {
    const name = plainName(`${"x".repeat(300)}.txt`, analysis);
    expect(Buffer.byteLength(numberedName(name, MOST))).toBe(NAME_BYTES);
    expect(name).toMatch(/^x+~[0-9a-f]{8}_analysis\.json$/);
  });

  test("names that are cut alike stay apart", () => {
    const one = plainName(`${"x".repeat(300)}1.txt`, analysis);
    const two = plainName(`${"x".repeat(300)}2.txt`, analysis);
    expect(nameKey(one)).not.toBe(nameKey(two));
  });

  test("an attachment keeps its extension", () => {
    expect(attachmentName("mean.csv")).toBe("mean.csv");
    expect(attachmentName("../model")).toBe("model");
  });

  test.each([
    ["Notes", "nOTES"],
    ["é", "e\u0301"],
    ["STRASSE", "straße"],
    ["ΟΔΟΣ", "οδος"],
  ])("%j and %j have one key", (one, two) => {
    expect(nameKey(one)).toBe(nameKey(two));
  });
});

describe("any name of a client", () => {
  const filename = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom(".", "/", "\\", "\0", " ", "con", "..", "é", "𝒳", "\u0301", "\ud800"),
      maxLength: 200,
    }),
  );
  const naming = fc.constantFrom(analysis, processed);

  test("becomes a plain file name of at most 255 bytes in NFC, the same each time", () => {
    fc.assert(
      fc.property(filename, naming, fc.nat(MOST), (client, resultName, number) => {
        const plain = plainName(client, resultName);
        const name = number < 2 ? plain : numberedName(plain, number);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(NAME_BYTES);
        expect(name).toBe(name.normalize("NFC"));
        expect(name).toBe(Buffer.from(name).toString());
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(name).not.toMatch(/[/\\\x00-\x1f\x7f<>:"|?*]|^\.|^$/);
        expect(plainName(client, resultName)).toBe(plain);
      }),
      { numRuns: 1_000 },
    );
  });

  test("has numbers that can be taken off again", () => {
    fc.assert(
      fc.property(filename, naming, fc.integer({ min: 2, max: MOST }), (client, resultName, number) => {
        const plain = plainName(client, resultName);
        expect(unnumberedName(numberedName(plain, number), number)).toBe(plain);
      }),
      { numRuns: 500 },
    );
  });

  test("has a path that is safe to make folders of, and its own name at the end", () => {
    fc.assert(
      fc.property(filename, (client) => {
        const path = safePath(client) ?? client;
        expect(Buffer.byteLength(path)).toBeLessThanOrEqual(1_024);
        for (const segment of path.split("/")) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
          expect(segment).not.toMatch(/[\\\x00-\x1f\x7f<>:"|?*]|^\.|^$/);
          expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(NAME_BYTES);
        }
        expect(safePath(path) ?? path).toBe(path);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the path of an upload", () => {
  test.each([
    ["notes.txt", undefined, "notes.txt"],
    ["a/report.txt", "a/report.txt", "report.txt"],
    ["a\\b\\report.txt", "a/b/report.txt", "report.txt"],
    ["C:\\Users\\me\\report.txt", "Users/me/report.txt", "report.txt"],
    ["/etc/passwd", "etc/passwd", "passwd"],
    ["../../etc/./passwd", "etc/passwd", "passwd"],
    ["a//b.txt", "a/b.txt", "b.txt"],
    ["a/../b.txt", "a/b.txt", "b.txt"],
    ["..", "file", ".."],
    [".git/config", "_git/config", "config"],
    ["a\u0000/b\n.txt", "a_/b_.txt", "b\n.txt"],
    ["nul/con.txt", "_nul/_con.txt", "con.txt"],
  ])("%j is %j with the name %j", (sent, path, name) => {
    expect(safePath(sent)).toBe(path);
    expect(nameWithoutFolders(sent)).toBe(name);
  });
});
