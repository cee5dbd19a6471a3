import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attachmentName, inputName, NAME_BYTES, nameKey, safeStem } from "./names.ts";

const analysis = (stem: string) => `${stem}_analysis.json`;
const processed = (stem: string) => `processed_${stem}.png`;
const owner = { job: "01JCZX5V8N6Q4T2R0P9M7K5H3F", index: 7 };

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
  test("first the plain name, then with the job, then with the index, then numbered", () => {
    const name = inputName("notes.txt", analysis);
    expect([0, 1, 2, 3].map((attempt) => name(attempt, owner))).toEqual([
      "notes_analysis.json",
      "notes-01JCZX5V8N6Q4T2R0P9M7K5H3F_analysis.json",
      "notes-01JCZX5V8N6Q4T2R0P9M7K5H3F-7_analysis.json",
      "notes-01JCZX5V8N6Q4T2R0P9M7K5H3F-7-3_analysis.json",
    ]);
  });

  test("a cut name ends in a hash before its suffix and fits to the byte", () => {
    const name = inputName(`${"x".repeat(300)}.txt`, analysis)(0, owner);
    expect(Buffer.byteLength(name)).toBe(NAME_BYTES);
    expect(name).toMatch(/^x+~[0-9a-f]{8}_analysis\.json$/);
  });

  test("names that are cut alike stay apart", () => {
    const one = inputName(`${"x".repeat(300)}1.txt`, analysis)(0, owner);
    const two = inputName(`${"x".repeat(300)}2.txt`, analysis)(0, owner);
    expect(nameKey(one)).not.toBe(nameKey(two));
  });

  test("an attachment keeps its extension", () => {
    expect(attachmentName("mean.csv")(0, owner)).toBe("mean.csv");
    expect(attachmentName("mean.csv")(1, { job: "01J" })).toBe("mean-01J.csv");
    expect(attachmentName("../model")(0, owner)).toBe("model");
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
      fc.property(filename, naming, fc.nat(4), (client, resultName, attempt) => {
        const name = inputName(client, resultName)(attempt, owner);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(NAME_BYTES);
        expect(name).toBe(name.normalize("NFC"));
        expect(name).toBe(Buffer.from(name).toString());
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
        expect(name).not.toMatch(/[/\\\x00-\x1f\x7f<>:"|?*]|^\.|^$/);
        expect(name).toBe(inputName(client, resultName)(attempt, owner));
      }),
      { numRuns: 1_000 },
    );
  });

  test("is kept apart from its own variants, in other jobs and at other places", () => {
    fc.assert(
      fc.property(filename, naming, (client, resultName) => {
        const wish = inputName(client, resultName);
        const names = [
          wish(0, owner),
          wish(1, owner),
          wish(1, { ...owner, job: "01JCZX5V8N6Q4T2R0P9M7K5H3G" }),
          wish(2, owner),
          wish(2, { ...owner, index: 8 }),
          wish(3, owner),
        ];
        expect(new Set(names.map(nameKey)).size).toBe(names.length);
      }),
      { numRuns: 500 },
    );
  });
});
