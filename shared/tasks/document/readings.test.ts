import { expect, test } from "vitest";
import { result } from "./result.ts";
import { epubOf, odfOf } from "./testing/odf.ts";
import { pptxOf, said, shape } from "./testing/pptx.ts";
import { xlsxOf } from "./testing/xlsx.ts";
import { fieldsOf } from "./testing.ts";

const MAIL =
  'Subject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n--b\r\nContent-Disposition: attachment; filename="a.png"\r\n\r\n\x89PNG\0\r\n--b--';

test.each([
  ["a.csv", Buffer.from("a,b\n1,2\n")],
  [
    "a.xlsx",
    xlsxOf([
      {
        name: "S",
        rows: "<row><c><v>1</v></c></row>",
        after: '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
      },
    ]),
  ],
  ["a.pptx", pptxOf([{ shapes: shape(said("T"), "title") }])],
  [
    "a.html",
    Buffer.from('<html lang="en"><meta name=author content=x><table><tr><td>a</table><a href="/b">c</a>'),
  ],
  ["a.rtf", Buffer.from("{\\rtf1 x}")],
  ["a.odt", odfOf("text", "<text:p>x</text:p>")],
  ["a.ods", odfOf("spreadsheet", '<table:table table:name="S"/>')],
  ["a.odp", odfOf("presentation", "<draw:page/>")],
  ["a.epub", epubOf(["<p>x</p>"])],
  ["a.eml", Buffer.from(MAIL)],
])("the schema fits the result of %s, member for member", async (name, body) => {
  const fields = await fieldsOf(name, body, { format: "html", attachments: "read" });
  expect(result.parse(fields)).toEqual(fields);
});
