import { expect, test } from "vitest";
import { docxOf, fieldsOf, outcomeOf, p, zipOf } from "./testing.ts";

const whole = docxOf({ body: p("whole") });
const CONTENT =
  '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>whole</w:t></w:r></w:p></w:body></w:document>';

/** A comment of the archive whose length is stated as `stated`. */
function withComment(comment: string, stated: number): Buffer {
  const bytes = Buffer.concat([whole, Buffer.from(comment)]);
  bytes.writeUInt16LE(stated, whole.length - 2);
  return bytes;
}

test.each([
  ["one byte behind it", Buffer.concat([whole, Buffer.from("\n")])],
  ["a block of zeros behind it", Buffer.concat([whole, Buffer.alloc(300_000)])],
  [
    "a page of HTML behind it",
    Buffer.concat([whole, Buffer.from("<html>PK\x05\x06 is no end</html>".padEnd(200))]),
  ],
  [
    "the signature of an end behind it",
    Buffer.concat([whole, Buffer.from(`PK\x05\x06${"\xff".repeat(40)}`, "latin1")]),
  ],
  ["a comment", withComment("made by a tool", 14)],
  ["a comment that is cut off", withComment("made", 14)],
  ["a byte order mark before it", Buffer.concat([Buffer.from("\ufeff"), whole])],
  ["an empty line before it", Buffer.concat([Buffer.from("\r\n"), whole])],
])("an archive with %s is read", async (_, bytes) => {
  expect((await fieldsOf("a.docx", bytes)).text_content).toBe("whole");
});

test.each([
  ["backslashes", "word\\document.xml"],
  ["capitals", "Word/Document.xml"],
  ["a slash at their start", "/word/document.xml"],
])("names of parts with %s are found", async (_, name) => {
  expect((await fieldsOf("a.docx", zipOf({ "../outside.txt": "x", [name]: CONTENT }))).text_content).toBe(
    "whole",
  );
});

test("control characters in a part are passed over", async () => {
  expect((await fieldsOf("a.docx", docxOf({ body: p("a\x0bb") }))).text_content).toBe("a\x0bb");
});

const flagged = (flag: number) => {
  const bytes = Buffer.from(whole);
  for (let at = bytes.indexOf("PK\x01\x02"); at !== -1; at = bytes.indexOf("PK\x01\x02", at + 1))
    bytes[at + 8] = flag;
  return bytes;
};
const packed = (method: number) => {
  const bytes = Buffer.from(whole);
  for (let at = bytes.indexOf("PK\x01\x02"); at !== -1; at = bytes.indexOf("PK\x01\x02", at + 1))
    bytes[at + 10] = method;
  return bytes;
};
const spoiled = () => {
  const bytes = Buffer.from(whole);
  const at = bytes.indexOf("word/document.xml") + "word/document.xml".length;
  return bytes.fill(0xff, at, at + 20);
};

test.each([
  ["cut off", whole.subarray(0, whole.length - 30), "corrupt_file", /cut off.*Send the whole file/],
  ["encrypted by zip", flagged(1), "password_required", /zip archive is encrypted/],
  ["packed by another method", packed(14), "unsupported_format", /part .* by the method 14 of zip/],
  ["spoiled in a part", spoiled(), "corrupt_file", /its part word\/document.xml cannot be unpacked/],
  [
    "no XML in a part",
    docxOf({ body: "<w:p>" }),
    "corrupt_file",
    /its part word\/document.xml is not well-formed XML \(unexpected close tag/,
  ],
  [
    "a document in one XML file",
    Buffer.from('<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?>\n<pkg:package/>'),
    "unsupported_format",
    /one XML file/,
  ],
  ["a page of HTML", Buffer.from("<!DOCTYPE html><html>"), "misnamed", /content is an HTML page/],
])("a file that is %s is refused with words that say so", async (_, bytes, code, words) => {
  const outcome = await outcomeOf("a.docx", bytes);
  expect(outcome).toMatchObject({ ok: false, code, error: expect.stringMatching(words) });
});
