import { expect, test } from "vitest";
import { docxOf, fieldsOf, outcomeOf, p, run } from "./testing.ts";

/** Situations that users of other readers reported. */

const chunk = (content: string, name = "chunk.html") =>
  docxOf({
    body: `${p("before")}<w:altChunk r:id="c"/>${p("after")}`,
    parts: { [`word/${name}`]: content },
    links: [["c", "aFChunk", name]],
  });
const PAGE =
  "<html><head><style>p { color: red }</style></head><body><h1>Head</h1><p>One &amp; <b>two</b></p><ul><li>three</li></ul><script>x()</script></body></html>";
const ARCHIVE = `MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n type="text/html"; boundary="----=part"\r\n\r\n------=part\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Gr=C3=BC=\r\n=C3=9Fe</p>\r\n------=part--`;

test.each([
  ["HTML", chunk(PAGE), "before\nHead\nOne & two\nthree\nafter"],
  ["HTML in a MIME archive", chunk(ARCHIVE, "chunk.mht"), "before\nGrüße\nafter"],
  ["nothing", chunk(""), "before\nafter"],
  ["text", chunk("first\r\nsecond", "chunk.txt"), "before\nfirst\nsecond\nafter"],
])("a chunk of %s is text", async (_, bytes, text) => {
  const fields = await fieldsOf("a.docx", bytes);
  expect(fields.text_content).toBe(text);
  expect(fields.left_out).toEqual([]);
});

test("content that is not read is named, with a warning", async () => {
  const ole = '<o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" ProgID="Equation.3"/>';
  const body = `<w:p><w:r><w:object>${ole}</w:object><w:object>${ole}</w:object><w:pict><w:control w:name="CheckBox1"/></w:pict></w:r></w:p><w:altChunk r:id="c"/>`;
  const bytes = docxOf({
    body,
    parts: { "word/chunk.rtf": "{\\rtf1 hello}" },
    links: [["c", "aFChunk", "chunk.rtf"]],
  });
  expect((await fieldsOf("a.docx", bytes)).left_out).toEqual([
    { kind: "object Equation.3", count: 2 },
    { kind: "control CheckBox1", count: 1 },
    { kind: "chunk of another format", count: 1 },
  ]);
  expect(await outcomeOf("a.docx", bytes)).toMatchObject({
    ok: true,
    warnings: [{ code: "content_left_out" }],
  });
  const whole = await outcomeOf("a.docx", docxOf({ body: p("x") }));
  expect(whole.ok ? (whole.warnings ?? []) : ["failed"]).toEqual([]);
});

const MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';
const control = (content: string) => `<w:sdt><w:sdtPr/><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
const picture = '<w:r><w:drawing><wp:docPr xmlns:wp="urn:x" id="1" name="Logo"/></w:drawing></w:r>';
test.each([
  [
    "a sum without its own part, and blanks around its limits",
    `<w:p><m:oMath ${MATH}><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=1  \n  </m:t></m:r></m:sub><m:sup><m:r><m:t>n \n </m:t></m:r></m:sup></m:nary><m:sSup><m:e><m:r><m:t>x  </m:t></m:r></m:e><m:sup><m:r><m:t>2 </m:t></m:r></m:sup></m:sSup></m:oMath></w:p>`,
    "∑_(i=1)^n x^2",
    String.raw`$\sum_{i=1}^{n} {}x^{2}$`,
  ],
  [
    "a fraction raised to a power",
    `<w:p><m:oMath ${MATH}><m:sSup><m:e><m:f><m:num><m:r><m:t>x–c</m:t></m:r></m:num><m:den><m:r><m:t>v</m:t></m:r></m:den></m:f></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></w:p>`,
    "((x–c)/v)^2",
    String.raw`${"$"}{\frac{x-c}{v}}^{2}$`,
  ],
  ["an equation without its child", `<w:p>${run("a")}<m:oMathPara ${MATH}/></w:p>`, "a", "a"],
  [
    "a content control that holds a picture and text",
    control(`<w:p>${picture}${run("Title")}</w:p>`),
    "Title",
    "Title",
  ],
  [
    "a content control in a line",
    `<w:p>${run("Type: ")}${control(run("VALUE"))}</w:p>`,
    "Type: VALUE",
    "Type: VALUE",
  ],
  [
    "content controls in each other",
    control(`<w:p>${run("Clause: ")}${control(control(run("Name")))}</w:p>`),
    "Clause: Name",
    "Clause: Name",
  ],
  [
    "a link in a field",
    `<w:p>${run("see ")}<w:fldSimple w:instr=' HYPERLINK "https://a.example/" '>${run("here")}</w:fldSimple></w:p>`,
    "see here",
    "see [here](https://a.example/)",
  ],
])("%s", async (_, body, text, markdown) => {
  const fields = await fieldsOf("a.docx", docxOf({ body }), { format: "markdown" });
  expect([fields.text_content, fields.markdown]).toEqual([text, markdown]);
});
