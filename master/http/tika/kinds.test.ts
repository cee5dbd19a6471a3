import { expect, test } from "vitest";
import { bodyKind } from "./kinds.ts";

const OPEN = "application/vnd.oasis.opendocument";
const OFFICE = "application/vnd.openxmlformats-officedocument";
const OLE = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const kindOf = (head: string, tail = "", filename = "", streams: readonly string[] = []) =>
  bodyKind({ head: Buffer.from(head, "latin1"), tail: Buffer.from(tail, "latin1"), streams, filename })
    .mediaType;

test.each([
  ["a workbook", "PK\x03\x04[Content_Types].xml", "…xl/workbook.xml…", `${OFFICE}.spreadsheetml.sheet`],
  ["slides", "PK\x03\x04", "ppt/presentation.xml", `${OFFICE}.presentationml.presentation`],
  ["a letter", "PK\x03\x04", "word/document.xml", `${OFFICE}.wordprocessingml.document`],
  ["a spreadsheet", `PK\x03\x04…mimetype${OPEN}.spreadsheet`, "", `${OPEN}.spreadsheet`],
  ["a book", "PK\x03\x04…mimetypeapplication/epub+zip", "", "application/epub+zip"],
  ["an archive", "PK\x03\x04a.txt", "a.txt", "application/zip"],
  ["an OLE file", OLE, "", "application/x-ole-storage"],
  ["a page", "\xef\xbb\xbf\n<!-- x --><!DOCTYPE html><p>", "", "text/html"],
  ["XHTML", '<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "", "text/html"],
  ["XML", '<?xml version="1.0"?><a/>', "", "application/xml"],
  ["RTF", "{\\rtf1 x}", "", "application/rtf"],
  ["a mail", "Received: by x\r\nSubject: y\r\n\r\nz", "", "message/rfc822"],
  ["a letter that begins as a mail", "Subject: y\nDear Ann,\n", "", "text/plain"],
  ["a text", "Hello", "", "text/plain"],
])("the type of %s is told by its bytes", (_, head, tail, type) => {
  expect(kindOf(head, tail)).toBe(type);
});

test.each([
  ["a.csv", "text/csv"],
  ["a.JSON", "application/json"],
  ["a.eml", "text/plain"],
])("the type of a text named %s is told by its name", (name, type) => {
  expect(kindOf("a,b\n", "", name)).toBe(type);
});

test.each([
  ["a message", ["__properties_version1.0"], "application/vnd.ms-outlook"],
  ["a letter", ["Data", "WordDocument", "1Table"], "application/msword"],
  ["a workbook", ["\x05SummaryInformation", "Workbook"], "application/vnd.ms-excel"],
  ["a workbook of 1995", ["Book"], "application/vnd.ms-excel"],
  ["slides", ["PowerPoint Document"], "application/vnd.ms-powerpoint"],
  ["an encrypted document", ["EncryptedPackage"], "application/x-tika-ooxml-protected"],
  ["another file", ["Contents"], "application/x-ole-storage"],
])("the type of %s is told by the streams of its compound file", (_, streams, type) => {
  expect(kindOf(OLE, "", "", streams)).toBe(type);
});
