import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { cutHtml } from "./format/cutHtml.ts";
import { codeOf, docxOf, fieldsOf, p, wordPart, zipOf } from "./testing.ts";

const fixture = (name: string) =>
  readFile(new URL(`../../../tests/fixtures/document/${name}`, import.meta.url));
const docx = (body: string) => fieldsOf("a.docx", docxOf({ body }));

test("a DOCX by a word processor keeps its text, notes, boxes, headers and metadata", async () => {
  const fields = await fieldsOf("various.docx", await fixture("various.docx"));
  expect(fields).toMatchObject({
    document_type: "DOCX",
    paragraph_count: 42,
    table_count: 1,
    word_count: 127,
    truncated: false,
    headers: [{ type: "default", section: 1, text: "This is the header text." }],
    footers: [{ type: "default", section: 1, text: "This is the footer text." }],
    footnotes: [{ id: "2", mark: "[1]", text: "This is a footnote." }],
    text_boxes: ["Here is a text box"],
    outside: [{ type: "hyperlink", target: "http://tika.apache.org/" }],
    metadata: { author: "Michael McCandless", subject: "Subject is here", created: "2011-09-05T11:00:00Z" },
  });
  expect(fields.text_content).toMatch(/^Footnote appears here\[1\]\nHere is a text box\n/);
  expect(fields.text_content).toContain("Row 1 Col 1\tRow 1 Col 2\tRow 1 Col 3\n");
  expect(fields.text_content).toMatch(/\[1\] This is a footnote\.$/);
});

test("list labels are those that a word processor prints", async () => {
  const { lists } = await fieldsOf("numbered-list.docx", await fixture("numbered-list.docx"));
  const labels = (lists as { items: { label: string }[] }[]).map(({ items }) =>
    items.map(({ label }) => label),
  );
  expect(labels.slice(0, 5)).toEqual([
    ["1)", "a)", "i)", "ii)"],
    ["iii)", "2)", "i)", "ii)"],
    ["I.", "a)", "i)"],
    ["ii)", "II.", "a)", "(1)"],
    ["6.", "7.", "a."],
  ]);
});

test("comments keep author, date and text", async () => {
  const { comments } = await fieldsOf("comments.docx", await fixture("comments.docx"));
  expect(comments).toMatchObject([
    { author: "Michael Williamson", date: "2016-07-03T15:10:00Z", text: "A tachyon walks into a bar." },
    { author: "Michael Williamson", text: "Fin." },
  ]);
});

test("headers of the first page are distinguished from the others", async () => {
  const { headers } = await fieldsOf("a.docx", await fixture("first-page-header.docx"));
  expect(headers).toEqual([
    { type: "default", section: 1, text: "First header column!\tMid header\tRight header!" },
    { type: "first", section: 1, text: "I am the header on the first page, and I’m nice and simple" },
  ]);
});

const DRAWN = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
const CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart";
const DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram";
const RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const drawing = (content: string) =>
  `<w:p><w:r><w:drawing xmlns:r="${RELATIONSHIPS}">${content}</w:drawing></w:r></w:p>`;

test("charts and diagrams keep their words and numbers, in the order of the text", async () => {
  const words = (text: string) => `<a:p><a:r><a:t>${text}</a:t></a:r></a:p>`;
  const points = (...values: string[]) =>
    values.map((value, at) => `<c:pt idx="${at}"><c:v>${value}</c:v></c:pt>`).join("");
  const series = `<c:ser><c:tx>${points("Guests")}</c:tx><c:cat>${points("May", "June")}</c:cat><c:val>${points("12", "7.5")}</c:val></c:ser>`;
  const chart = `<c:chartSpace xmlns:c="${CHART}" ${DRAWN}><c:title>${words("Ferry")}</c:title>${series}</c:chartSpace>`;
  const point = (type: string, text: string) => `<d:pt type="${type}"><d:t>${words(text)}</d:t></d:pt>`;
  const boxes = point("node", "Leave") + point("sibTrans", "(arrow)") + point("asst", "Arrive");
  const body =
    drawing(`<d:relIds xmlns:d="${DIAGRAM}" r:dm="d1"/>`) +
    drawing(`<c:chart xmlns:c="${CHART}" r:id="c1"/>`) +
    drawing(`<c:chart xmlns:c="${CHART}" r:id="gone"/>`) +
    p("The end.");
  const fields = await fieldsOf(
    "a.docx",
    docxOf({
      body,
      parts: {
        "word/charts/chart1.xml": chart,
        "word/diagrams/data1.xml": `<d:dataModel xmlns:d="${DIAGRAM}" ${DRAWN}>${boxes}</d:dataModel>`,
      },
      links: [
        ["c1", "chart", "charts/chart1.xml"],
        ["d1", "diagramData", "diagrams/data1.xml"],
      ],
    }),
  );
  expect(fields.graphics).toEqual([
    { kind: "diagram", title: "", text: "Leave\nArrive" },
    { kind: "chart", title: "Ferry", text: "Ferry\nGuests\nMay\t12\nJune\t7.5" },
  ]);
  expect(fields.text_content).toMatch(/The end\.\nLeave\nArrive\nFerry\nGuests\nMay\t12\nJune\t7\.5$/);
});

test("max_characters cuts HTML and Markdown, too, and open elements are closed", async () => {
  const body = p("A &amp; b: bold", "") + p("more");
  const cut = (format: string) => fieldsOf("a.docx", docxOf({ body }), { format, max_characters: 5 });
  expect(await cut("html")).toMatchObject({
    html: "<p>A &amp; b</p>",
    text_content: "A & b",
    truncated: true,
  });
  expect(await cut("markdown")).toMatchObject({ markdown: "A & b" });
});

test.each([
  ["<p>one</p><p>two</p>", 4, "<p>one</p><p>t</p>"],
  ["<ul><li>a<br />b</li><li>c</li></ul>", 2, "<ul><li>a<br />b</li><li></li></ul>"],
  ["<p>&lt;&#x1F600;x</p>", 2, "<p>&lt;&#x1F600;</p>"],
  ["<p>\u{1F600}\u{1F600}</p>", 1, "<p>\u{1F600}</p>"],
  ['<p><a href="http://x/">long</a></p>', 2, '<p><a href="http://x/">lo</a></p>'],
])("%s cut after %i characters is %s", (html, limit, expected) => {
  expect(cutHtml(html, limit)).toBe(expected);
});

test("merged cells and tables in cells are reported", async () => {
  const cell = (text: string, properties = "") => `<w:tc><w:tcPr>${properties}</w:tcPr>${p(text)}</w:tc>`;
  const inner = `<w:tbl><w:tr>${cell("in")}</w:tr></w:tbl>`;
  const { tables } = await docx(
    `<w:tbl><w:tr>${cell("tall", '<w:vMerge w:val="restart"/>')}${cell("wide", '<w:gridSpan w:val="2"/>')}</w:tr>
     <w:tr>${cell("", "<w:vMerge/>")}${cell("b")}<w:tc>${inner}${p("")}</w:tc></w:tr></w:tbl>`,
  );
  const table = (tables as { rows: unknown }[])[0];
  expect(table?.rows).toMatchObject([
    [
      { text: "tall", column_span: 1, row_span: 2 },
      { text: "wide", column_span: 2, row_span: 1 },
    ],
    [{ text: "b" }, { text: "in\n", tables: [{ rows: [[{ text: "in" }]] }] }],
  ]);
});

test.each([
  ["inserted text counts", `<w:p><w:ins>${"<w:r><w:t>new</w:t></w:r>"}</w:ins></w:p>`, "new"],
  ["deleted text does not", "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>", ""],
  ["field instructions do not", "<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>3</w:t></w:r></w:p>", "3"],
  [
    "tabs and breaks count",
    "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>",
    "a\tb\nc",
  ],
  ["content controls are looked into", `<w:sdt><w:sdtContent>${p("held")}</w:sdtContent></w:sdt>`, "held"],
])("%s", async (_, body, text) => {
  expect((await docx(body)).text_content).toBe(text);
});

test("headings come from outline levels", async () => {
  const { paragraphs } = await docx(p("Top", '<w:outlineLvl w:val="0"/>') + p("Text"));
  expect(paragraphs).toMatchObject([{ heading_level: 1 }, { heading_level: null }]);
});

test("structures are cut with the text, counts stay whole", async () => {
  const fields = await fieldsOf("a.docx", docxOf({ body: p("abcde") + p("fghij") }), { max_characters: 7 });
  expect(fields).toMatchObject({
    text_content: "abcde\nf",
    character_count: 11,
    truncated: true,
    word_count: 2,
  });
  expect(fields.paragraphs).toHaveLength(1);
});

test("an entity that the file declares is left as it stands, and no other file is opened", async () => {
  const prolog = `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>`;
  const { text_content } = await fieldsOf("a.docx", docxOf({ prolog, body: p("see &x; here") }));
  expect(text_content).toBe("see &x; here");
});

test("addresses outside are listed and never opened", async () => {
  const links = [["rId9", "attachedTemplate", "http://127.0.0.1:9/evil.dotm", true]] as const;
  const fields = await fieldsOf("a.docx", docxOf({ body: p("x"), links }), { format: "html" });
  expect(fields.outside).toEqual([{ type: "attachedTemplate", target: "http://127.0.0.1:9/evil.dotm" }]);
});

test("a script in a DOCX does not reach its HTML", async () => {
  const { html } = await fieldsOf("a.docx", docxOf({ body: p("&lt;script&gt;alert(1)&lt;/script&gt;") }), {
    format: "html",
  });
  expect(html).toBe("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
});

test("Markdown keeps headings, lists and tables", async () => {
  const { markdown } = await fieldsOf("various.docx", await fixture("various.docx"), { format: "markdown" });
  expect(markdown).toContain("-   Bullet 1\n-   Bullet 2");
  expect(markdown).toContain("| Row 1 Col 1 | Row 1 Col 2 | Row 1 Col 3 |");
});

test("an encrypted DOCX needs its password", async () => {
  const bytes = await fixture("password-tika.docx");
  expect(await codeOf("a.docx", bytes)).toBe("password_required");
  expect(await codeOf("a.docx", bytes, { password: "wrong" })).toBe("wrong_password");
  expect((await fieldsOf("a.docx", bytes, { password: "tika" })).word_count).toBeGreaterThan(0);
});

test("a part that declares a bomb is refused before it inflates", async () => {
  const bomb = docxOf({ body: " ".repeat(70 * 2 ** 20) });
  expect(bomb.length).toBeLessThan(100_000);
  expect(await codeOf("a.docx", bomb)).toBe("too_large");
});

test("a part with a false declared size is stopped while it inflates", async () => {
  const xml = `<w:document>${" ".repeat(9 * 2 ** 20)}</w:document>`;
  const liar = zipOf({ "word/document.xml": xml }, 1_000);
  expect(["too_large", "corrupt_file"]).toContain(await codeOf("a.docx", liar));
});

test("elements nested without end are refused", async () => {
  const deep = "<w:sdt><w:sdtContent>".repeat(5_000);
  expect(await codeOf("a.docx", docxOf({ body: deep }))).toBe("too_large");
});

test.each([
  ["truncated zip", docxOf({ body: p("x") }).subarray(0, 300), "corrupt_file"],
  ["broken XML", docxOf({ body: "<w:p>" }), "corrupt_file"],
  ["any zip", zipOf({ "a.txt": "hello" }), "wrong_type"],
  ["OpenDocument", zipOf({ mimetype: "application/vnd.oasis.opendocument.text" }), "misnamed"],
  ["Excel", zipOf({ "[Content_Types].xml": "<Types>spreadsheetml.sheet.main+xml</Types>" }), "misnamed"],
])("%s is refused by its own code", async (_, bytes, code) => {
  expect(await codeOf("a.docx", bytes)).toBe(code);
});

test("a Word 97 document is named as such", async () => {
  expect(await codeOf("a.docx", await fixture("word97.doc"))).toBe("misnamed");
});

test("footnotes and endnotes are numbered in order of their marks", async () => {
  const mark = (kind: string, id: number) => `<w:p><w:r><w:${kind}Reference w:id="${id}"/></w:r></w:p>`;
  const footnotes = wordPart(
    "footnotes",
    `<w:footnote w:id="1">${p("one")}</w:footnote><w:footnote w:id="2">${p("two")}</w:footnote>`,
  );
  const endnotes = wordPart("endnotes", `<w:endnote w:id="1">${p("end")}</w:endnote>`);
  const bytes = docxOf({
    body: mark("footnote", 2) + mark("endnote", 1) + mark("footnote", 1),
    parts: { "word/footnotes.xml": footnotes, "word/endnotes.xml": endnotes },
    links: [
      ["rId1", "footnotes", "footnotes.xml"],
      ["rId2", "endnotes", "endnotes.xml"],
    ],
  });
  const fields = await fieldsOf("a.docx", bytes);
  expect(fields.text_content).toBe("[1]\n[e1]\n[2]\n[2] one\n[1] two\n[e1] end");
});
