import { expect, test } from "vitest";
import { compoundOf, type MsgSpec, msgOf, msgStorage } from "./testing/msg.ts";
import { codeOf, fieldsOf } from "./testing.ts";

const read = async (spec: MsgSpec, options: object = {}) => await fieldsOf("a.msg", msgOf(spec), options);

const recipient = (name: string, mail: string, kind: number) =>
  msgStorage({ texts: { "3001": name, "39FE": mail }, numbers: { "0C15": kind } }, 8);

const LETTER: MsgSpec = {
  texts: {
    "0037": "Grüße 日",
    "0C1A": "Jürgen",
    "5D01": "j@example.org",
    "1000": "Plain\r\n\r\nSecond",
    "1035": "<1@example.org>",
  },
  times: { "0039": new Date("2024-01-01T08:00:00Z") },
  inside: {
    "__recip_version1.0_#00000000": recipient("Ann", "ann@example.org", 1),
    "__recip_version1.0_#00000001": recipient("Bob", "/o=org/cn=bob", 1),
    "__recip_version1.0_#00000002": recipient("Cid", "cid@example.org", 2),
  },
};

test("fields and recipients of a message become those of a mail", async () => {
  expect(await read(LETTER)).toMatchObject({
    document_type: "Email",
    media_type: "application/vnd.ms-outlook",
    text_content: "Grüße 日\nPlain\nSecond",
    metadata: {
      author: "Jürgen <j@example.org>",
      subject: "Grüße 日",
      to: "Ann <ann@example.org>, Bob",
      cc: "Cid <cid@example.org>",
      identifier: "<1@example.org>",
      created: "2024-01-01T08:00:00.000Z",
    },
    sections: [{ kind: "message", title: "Grüße 日" }],
    attachments: [],
  });
});

test("what no property has stands in the head that the message arrived with", async () => {
  const head = "From: Ann <ann@example.org>\r\nIn-Reply-To: <2@example.org>\r\nSubject: other\r\nX-Mailer: M";
  expect((await read({ texts: { "0037": "Own", "007D": head } })).metadata).toMatchObject({
    subject: "Own",
    author: "Ann <ann@example.org>",
    in_reply_to: "<2@example.org>",
    creator: "M",
  });
});

/** RTF as Outlook keeps it, of literal bytes with one reference into the first text of the window. */
function packedRtf(rtf: string): Buffer {
  const literals = (from: number, to: number) => Buffer.from(rtf.slice(from, to), "latin1");
  const runs: Buffer[] = [];
  for (let at = 7; at < rtf.length; at += 8) runs.push(Buffer.from([0]), literals(at, at + 8));
  const head = Buffer.alloc(16);
  head.writeUInt32LE(rtf.length + 6, 4);
  head.write("LZFu", 8, "latin1");
  // The window starts with the first six characters of any RTF; the reference takes them from there.
  return Buffer.concat([head, Buffer.from([1, 0x00, 0x04]), literals(0, 7), ...runs]);
}

test("of the forms of a text HTML is read, else RTF, else the plain one", async () => {
  const html = Buffer.from('<html><p>Rich \xe9 <a href="https://example.org/">link</a>', "latin1");
  const rtf = packedRtf("\\ansi From \\b RTF\\par}");
  const texts = { "1000": "Plain" };
  const all = await read({ texts, bytes: { "10130102": html, "10090102": rtf }, numbers: { "3FDE": 1252 } });
  expect(all).toMatchObject({
    text_content: "\nRich é link".trim(),
    links: [{ target: "https://example.org/" }],
  });
  const some = await read({ texts, bytes: { "10130102": Buffer.from("<p> "), "10090102": rtf } });
  expect(some.text_content).toBe("From RTF");
  expect((await read({ texts })).text_content).toBe("Plain");
});

test("texts that are not Unicode are read in the code page of their message, or that of its language", async () => {
  const japanese = Buffer.from([0x93, 0xfa, 0x96, 0x7b]);
  for (const numbers of [{ "3FFD": 932 }, { "3FF1": 1041 }])
    expect((await read({ bytes: { "0037001E": japanese }, numbers })).metadata).toMatchObject({
      subject: "日本",
    });
  expect((await read({ bytes: { "0037001E": Buffer.from([0xe9]) } })).metadata).toMatchObject({
    subject: "é",
  });
});

const attached = (name: string, content: string) =>
  msgStorage({ texts: { "3707": name, "370E": "text/csv" }, bytes: { "37010102": Buffer.from(content) } }, 8);

const WITH_FILES: MsgSpec = {
  texts: { "0037": "Files", "1000": "See below" },
  inside: {
    "__attach_version1.0_#00000000": attached("t.csv", `a,b\n${"1,2\n".repeat(2_000)}`),
    "__attach_version1.0_#00000001": msgStorage(
      {
        numbers: { "3705": 5 },
        inside: {
          "__substg1.0_3701000D": msgStorage(
            { texts: { "0037": "Inner", "0C1A": "Ann", "1000": "Inside" } },
            24,
          ),
        },
      },
      8,
    ),
    "__attach_version1.0_#00000002": msgStorage(
      { numbers: { "3705": 6 }, inside: { "__substg1.0_3701000D": {} } },
      8,
    ),
    "__attach_version1.0_#00000003": msgStorage({ texts: { "3704": "FAR.TXT" }, numbers: { "3705": 7 } }, 8),
  },
};

test("attachments are listed or read, and messages inside are sections", async () => {
  const list = await read(WITH_FILES);
  expect(list).toMatchObject({
    text_content: "Files\nSee below\n\nInner\nFrom: Ann\nInside",
    attachments: [{ filename: "t.csv", media_type: "text/csv", bytes: 8_004 }, { filename: "FAR.TXT" }],
    left_out: [{ kind: "embedded object", count: 1 }],
  });
  const all = await read(WITH_FILES, { attachments: "read" });
  expect(all.sections).toMatchObject([{}, {}, { kind: "file", title: "t.csv" }]);
  expect(all.attachments).toMatchObject([{}, { error: expect.stringContaining("elsewhere") }]);
});

const whole = msgOf(WITH_FILES);
const changed = (at: number, value: number) => {
  const bytes = Buffer.from(whole);
  bytes.writeUInt32LE(value, at);
  return bytes;
};
const nested = (depth: number): MsgSpec => ({
  texts: { "1000": "x" },
  inside:
    depth === 0
      ? {}
      : {
          "__attach_version1.0_#00000000": msgStorage(
            { numbers: { "3705": 5 }, inside: { "__substg1.0_3701000D": msgStorage(nested(depth - 1), 24) } },
            8,
          ),
        },
});

test.each([
  ["is cut off", whole.subarray(0, -512), "corrupt_file"],
  ["has sectors of an unknown size", changed(30, 0x00060001), "corrupt_file"],
  ["has a directory outside of the file", changed(48, 0x00ffffff), "corrupt_file"],
  ["holds messages too deep in each other", msgOf(nested(150)), "too_large"],
  ["has RTF that is none", msgOf({ bytes: { "10090102": Buffer.from("x") } }), "corrupt_file"],
  ["has no properties", compoundOf({ "__properties_version1.0": Buffer.alloc(0) }), "ok"],
  ["is another OLE file", compoundOf({ Workbook: Buffer.alloc(9) }), "unsupported_format"],
])("a message that %s ends soon", async (_, bytes, code) => {
  expect(await codeOf("a.msg", bytes)).toBe(code);
});

test("a stream whose sectors go round in a circle ends", async () => {
  const bytes = Buffer.from(whole);
  const table = 512 * (1 + bytes.readUInt32LE(76));
  for (let at = 0; at < 128; at += 1) bytes.writeUInt32LE(at % 4, table + at * 4);
  expect(await codeOf("a.msg", bytes)).toMatch(/corrupt_file|ok/);
});
