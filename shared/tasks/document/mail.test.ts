import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tarOf } from "./testing/tar.ts";
import { xlsxOf } from "./testing/xlsx.ts";
import { codeOf, fieldsOf, zipOf } from "./testing.ts";

const FIXTURES = join(import.meta.dirname, "../../../tests/fixtures/document");
const read = async (lines: readonly string[], options: object = {}) =>
  await fieldsOf("a.eml", Buffer.from(lines.join("\r\n"), "latin1"), options);

const FIELDS = [
  "From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>",
  "Message-ID: <1@example.org>",
  "MIME-Version: 1.0",
];

test("fields are decoded, and a plain text is read", async () => {
  const fields = await read([
    ...FIELDS,
    "To: Ann <ann@example.org>,",
    "\tBob <bob@example.org>",
    "Subject: =?ISO-8859-1?B?R3L832U=?= =?utf-8?B?4oKs4w==?= =?utf-8?B?gYI=?= end",
    "Date: Mon, 1 Jan 2024 10:00:00 +0200 (CEST)",
    "Content-Type: text/plain; charset=utf-8; format=flowed",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "Hello =E2=82=AC and soft=",
    " break. This line=20",
    "goes on.",
    "",
    "Second",
  ]);
  expect(fields).toMatchObject({
    document_type: "Email",
    media_type: "message/rfc822",
    text_content: "Grüße€あ end\nHello € and soft break. This line goes on.\nSecond",
    metadata: {
      author: "Jürgen <j@example.org>",
      to: "Ann <ann@example.org>, Bob <bob@example.org>",
      subject: "Grüße€あ end",
      identifier: "<1@example.org>",
      created: "2024-01-01T08:00:00.000Z",
    },
    sections: [{ kind: "message", title: "Grüße€あ end" }],
    attachments: [],
  });
});

const part = (boundary: string, type: string, ...lines: readonly string[]) => [
  `--${boundary}`,
  `Content-Type: ${type}`,
  ...lines,
];

const WITH_FILES = [
  ...FIELDS,
  "Subject: Files",
  'Content-Type: multipart/mixed; boundary="=_a"',
  "",
  "This text is for old programs.",
  ...part("=_a", 'multipart/alternative; boundary="=_a_b"', ""),
  ...part("=_a_b", "text/plain", "", "Plain"),
  ...part("=_a_b", "text/html; charset=utf-8", "", '<p>Rich <a href="https://example.org/">link</a></p>'),
  "--=_a_b--",
  ...part(
    "=_a",
    "text/csv",
    "Content-Disposition: attachment; filename*0*=utf-8''Gr%C3%B6; filename*1=ssen.csv",
    "Content-Transfer-Encoding: base64",
    "",
    Buffer.from("a,b\n1,2\n").toString("base64"),
  ),
  ...part(
    "=_a",
    "application/octet-stream",
    'Content-Disposition: attachment; filename="t.xlsx"',
    "Content-Transfer-Encoding: base64",
    "",
    xlsxOf([{ name: "S", rows: "<row><c><v>5</v></c></row>" }]).toString("base64"),
  ),
  ...part("=_a", 'image/png; name="=?utf-8?Q?B=C3=B6?=.png"', "", "\x89PNG\r\n\x1a\n\0"),
  ...part(
    "=_a",
    "message/rfc822",
    "",
    "Subject: Inner",
    "From: ann@example.org",
    "MIME-Version: 1.0",
    "",
    "Inside",
  ),
  "--=_a--",
];

test("the best alternative is the text, mails inside are sections, and files are listed", async () => {
  expect(await read(WITH_FILES)).toMatchObject({
    text_content: "Files\nRich link\n\nInner\nFrom: ann@example.org\nInside",
    sections: [{ title: "Files" }, { kind: "message", title: "Inner" }],
    links: [{ text: "link", target: "https://example.org/" }],
    attachments: [
      { filename: "Grössen.csv", media_type: "text/csv", bytes: 8 },
      { filename: "t.xlsx", media_type: "application/octet-stream" },
      { filename: "Bö.png", media_type: "image/png" },
    ],
  });
});

test("files inside are read where the option says so, and one that cannot be read keeps its reason", async () => {
  expect(await read(WITH_FILES, { attachments: "read" })).toMatchObject({
    text_content: "Files\nRich link\n\nInner\nFrom: ann@example.org\nInside\n\na\tb\n1\t2\n\nS\n5",
    sections: [
      {},
      {},
      { kind: "file", title: "Grössen.csv", text: "a\tb\n1\t2" },
      { kind: "file", title: "t.xlsx" },
    ],
    attachments: [
      {
        filename: "Grössen.csv",
        result: {
          document_type: "CSV",
          tables: [
            {
              rows: [
                ["a", "b"],
                ["1", "2"],
              ],
            },
          ],
        },
      },
      { filename: "t.xlsx", result: { document_type: "XLSX", tables: [{ name: "S", rows: [["5"]] }] } },
      { error: expect.stringContaining("PNG") },
    ],
  });
});

test("mails in mails are read to a depth", async () => {
  const inner = (depth: number): string =>
    depth === 0
      ? "Subject: Last\r\nMIME-Version: 1.0\r\n\r\nend"
      : `Subject: M${depth}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\nContent-Type: message/rfc822\r\n\r\n${inner(depth - 1)}\r\n--b${depth}--`;
  const { sections } = await fieldsOf("a.eml", Buffer.from(inner(5)));
  expect(sections).toHaveLength(6);
});

test("a text without fields of programs is no mail unless it is named so", async () => {
  const letter = Buffer.from("Subject: Plan\nFrom: Ann\n\nWe meet at ten.\n");
  expect((await fieldsOf("a.txt", letter)).document_type).toBe("Generic Text");
  expect((await fieldsOf("a.eml", letter)).text_content).toBe("Plan\nWe meet at ten.");
});

test.each([
  [
    "a million parts",
    ["Content-Type: multipart/mixed; boundary=b", "", ...Array<string>(1_000_000).fill("--b\r\n\r\nx")],
    "too_large",
  ],
  [
    "parts in parts without end",
    Array.from(
      { length: 1_000 },
      (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\r\n\r\n--b${at}`,
    ),
    "too_large",
  ],
  ["a boundary that never comes", ["Content-Type: multipart/mixed; boundary=b", "", "x"], "ok"],
  ["an empty boundary", ["Content-Type: multipart/mixed; boundary=", "", "x"], "ok"],
  ["a charset that is not known", ["Content-Type: text/plain; charset=nonsense", "", "x"], "ok"],
  ["a field of many words", [`Subject: ${"=?utf-8?Q?a?= ".repeat(100_000)}`, "", "x"], "ok"],
  ["parameters without end", [`Content-Type: text/plain; ${'a="'.repeat(100_000)}`, "", "x"], "ok"],
  ["no body", [], "ok"],
])(
  "a mail with %s ends soon",
  async (_, lines, code) => {
    expect(await codeOf("a.eml", Buffer.from([...FIELDS, ...lines].join("\r\n")))).toBe(code);
  },
  30_000,
);

test("a zip archive is listed or read where the option says so, and refused without it", async () => {
  const bytes = zipOf({
    "a/one.txt": "First",
    "two.html": "<html><p>Second",
    "in.zip": zipOf({ "deep.txt": "Third" }),
    "x.bin": "\0\x01",
  });
  await expect(fieldsOf("a.zip", bytes)).rejects.toThrow(/wrong_type.*`archives`/);
  expect(await fieldsOf("a.zip", bytes, { archives: "list" })).toMatchObject({
    document_type: "Archive",
    text_content: "a/one.txt\ntwo.html\nin.zip\nx.bin",
    attachments: [{ filename: "a/one.txt", bytes: 5 }, {}, {}, { filename: "x.bin", bytes: 2 }],
  });
  const read = await fieldsOf("a.zip", bytes, { archives: "read" });
  expect(read.sections).toMatchObject([
    {},
    { text: "First" },
    { text: "Second" },
    { text: "deep.txt\n\nThird" },
  ]);
  expect(read.attachments).toMatchObject([
    { result: { document_type: "Generic Text", text_content: "First" } },
    { result: { document_type: "HTML" } },
    { result: { attachments: [{ filename: "deep.txt", result: { text_content: "Third" } }] } },
    { error: expect.stringContaining("NUL") },
  ]);
});

test("a file in an archive has the result that it has by itself, also a PDF", async () => {
  const files = {
    "a.pdf": await readFile(join(FIXTURES, "three-pages.pdf")),
    "b.docx": await readFile(join(FIXTURES, "various.docx")),
    "c.md": "# Head\n\n[link](https://example.org/)",
  };
  const { attachments } = await fieldsOf("a.zip", zipOf(files), { archives: "read" });
  const alone = Object.entries(files).map(([name, body]) => fieldsOf(name, Buffer.from(body)));
  const head = ["schema_version", "task", "filename", "input_sha256"];
  const fields = (await Promise.all(alone)).map((result) =>
    Object.fromEntries(Object.entries(result).filter(([name]) => !head.includes(name))),
  );
  expect(attachments).toMatchObject(fields.map((result) => ({ result })));
});

test("names in an archive may be UTF-8 without the flag that says so, and differ by case alone", async () => {
  const files = { "grün/ünï.txt": "One", "A.txt": "Two", "a.txt": "Three", "日本.txt": "Four" };
  const { attachments } = await fieldsOf("a.zip", zipOf(files), { archives: "read" });
  expect(attachments).toMatchObject(
    Object.entries(files).map(([filename, text_content]) => ({ filename, result: { text_content } })),
  );
});

test("results of files inside end where they have taken the room, and the text goes on", async () => {
  // A quote has two characters in JSON.
  const files = ["a.txt", "b.txt"].map((name) => ({ name, content: '"'.repeat(10_000_000) }));
  const { sections, attachments } = await fieldsOf("a.tar", tarOf(files), { archives: "read" });
  expect(attachments).toMatchObject([{ result: {} }, { result: null }]);
  expect(sections).toHaveLength(3);
});

test("an archive whose file is a bomb names it, and its other files are read", async () => {
  const bytes = zipOf({ "bomb.txt": " ".repeat(70 * 2 ** 20), "a.txt": "fine" });
  const { sections, attachments } = await fieldsOf("a.zip", bytes, { archives: "read" });
  expect(sections).toMatchObject([{}, { title: "a.txt", text: "fine" }]);
  expect(attachments).toMatchObject([{ error: expect.stringContaining("inflates") }, {}]);
});
