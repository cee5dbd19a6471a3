import { expect, test } from "vitest";
import { drawn, pptxOf, said, shape } from "./testing/pptx.ts";
import { codeOf, fieldsOf, outcomeOf } from "./testing.ts";

test("slides come in the order of the presentation, titles first", async () => {
  const bytes = pptxOf([
    {
      shapes:
        shape(said("Body one") + said("Deeper", '<a:pPr lvl="1"/>'), "body") + shape(said("First"), "title"),
    },
    { shapes: shape(said("Second"), "ctrTitle"), attributes: 'show="0"' },
  ]);
  expect(await fieldsOf("a.pptx", bytes, { format: "markdown" })).toMatchObject({
    document_type: "PPTX",
    media_type: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    text_content: "First\n• Body one\n• Deeper\n\nSecond",
    section_count: 2,
    sections: [
      { kind: "slide", title: "First", hidden: false },
      { kind: "slide", title: "Second", hidden: true },
    ],
    markdown: "## First\n\n-   Body one\n    -   Deeper\n\n## Second",
    tables: [],
    left_out: [],
  });
});

test("shapes of groups, alternatives, numbered lists and descriptions of pictures are read; the design is not", async () => {
  const numbered = '<a:pPr><a:buAutoNum type="arabicPeriod" startAt="3"/></a:pPr>';
  const shapes = [
    `<p:grpSp><p:grpSp>${shape(said("inner"))}</p:grpSp></p:grpSp>`,
    `<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>${shape(said("new"))}</mc:Choice><mc:Fallback>${shape(said("old"))}</mc:Fallback></mc:AlternateContent>`,
    shape(said("three", numbered) + said("four", numbered)),
    '<p:pic><p:nvPicPr><p:cNvPr id="1" descr="A red boat"/></p:nvPicPr></p:pic>',
    shape(said("7"), "sldNum") + shape(said("Company"), "ftr"),
    shape("<a:p><a:r><a:t>two</a:t></a:r><a:br/><a:r><a:t>lines</a:t></a:r></a:p><a:p/>"),
  ];
  const { text_content } = await fieldsOf("a.pptx", pptxOf([{ shapes: shapes.join("") }]));
  expect(text_content).toBe("inner\nnew\n3. three\n4. four\n[A red boat]\ntwo\nlines");
});

test("tables have merged cells and heads, and links are told", async () => {
  const cell = (text: string, attributes = "") =>
    `<a:tc ${attributes}><a:txBody>${said(text)}</a:txBody></a:tc>`;
  const rows = [
    cell("head", 'gridSpan="2"') + cell("", 'hMerge="1"'),
    cell("a") +
      '<a:tc><a:txBody><a:p><a:r><a:rPr b="1"><a:hlinkClick r:id="h"/></a:rPr><a:t>b</a:t></a:r></a:p></a:txBody></a:tc>',
  ];
  const table = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow="1"/>${rows.map((row) => `<a:tr>${row}</a:tr>`).join("")}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
  const bytes = pptxOf([{ shapes: table, links: [["h", "hyperlink", "https://example.org/", true]] }]);
  expect(await fieldsOf("a.pptx", bytes, { format: "html" })).toMatchObject({
    text_content: "head\na\tb",
    tables: [
      {
        section: 1,
        head_rows: 1,
        rows: [
          ["head", ""],
          ["a", "b"],
        ],
        merged: [{ row: 1, column: 1, row_span: 1, column_span: 2 }],
      },
    ],
    links: [{ text: "b", target: "https://example.org/" }],
    html: '<table><thead><tr><th colspan="2"><p>head</p></th></tr></thead><tbody><tr><td><p>a</p></td><td><p><a href="https://example.org/"><strong>b</strong></a></p></td></tr></tbody></table>',
  });
});

test("notes of the speaker follow their slide, comments stand beside it, and charts are text", async () => {
  const chart = `<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="c"/></a:graphicData></a:graphic></p:graphicFrame>`;
  const object =
    '<p:graphicFrame><a:graphic><a:graphicData><p:oleObj progId="Excel.Sheet.12"/></a:graphicData></a:graphic></p:graphicFrame>';
  const bytes = pptxOf(
    [
      {
        shapes: shape(said("Slide"), "title") + chart + object,
        links: [
          ["n", "notesSlide", "../notesSlides/n.xml"],
          ["c", "chart", "../charts/c.xml"],
          ["k", "comments", "../comments/k.xml"],
        ],
      },
    ],
    {
      "ppt/notesSlides/n.xml": drawn(
        "notes",
        `<p:cSld><p:spTree>${shape(said("Say this"), "body")}${shape(said("1"), "sldNum")}</p:spTree></p:cSld>`,
      ),
      "ppt/charts/c.xml":
        '<c:chartSpace xmlns:c="x/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:ser><c:tx><c:pt idx="0"><c:v>Sales</c:v></c:pt></c:tx></c:ser></c:chartSpace>',
      "ppt/comments/k.xml": drawn("cmLst", '<p:cm authorId="4"><p:text>Wrong year</p:text></p:cm>'),
      "ppt/commentAuthors.xml": drawn("cmAuthorLst", '<p:cmAuthor id="4" name="Ann"/>'),
    },
  );
  const fields = await fieldsOf("a.pptx", bytes);
  expect(fields).toMatchObject({
    notes: [
      { kind: "note", section: 1, text: "Say this" },
      { kind: "comment", section: 1, author: "Ann", text: "Wrong year" },
    ],
    left_out: [{ kind: "object Excel.Sheet.12", count: 1 }],
  });
  expect(String(fields.text_content).split("\n")).toEqual(["Slide", "Sales", "Say this"]);
  expect(await outcomeOf("a.pptx", bytes)).toMatchObject({ warnings: [{ code: "content_left_out" }] });
});

test("a damaged slide is named, and the others are read", async () => {
  const bytes = pptxOf([{ shapes: "" }, { shapes: shape(said("fine"), "title") }], {
    "ppt/slides/slide2.xml": "<p:sld",
  });
  expect(await fieldsOf("a.pptx", bytes)).toMatchObject({
    section_count: 2,
    text_content: "\n\nfine",
    left_out: [{ kind: "damaged slide", count: 1 }],
  });
});

test.each([
  ["groups without end", pptxOf([{ shapes: "<p:grpSp>".repeat(5_000) }]), "too_large"],
  ["a bomb", pptxOf([{ shapes: " ".repeat(90 * 2 ** 20) }]), "too_large"],
  ["a cut", pptxOf([{ shapes: "" }]).subarray(0, 700), "corrupt_file"],
])("a presentation with %s is refused", async (_, bytes, code) => {
  expect(await codeOf("a.pptx", bytes)).toBe(code);
});

test("absurd spans do not grow", async () => {
  const row = `<a:tr>${'<a:tc gridSpan="900000" rowSpan="900000"><a:txBody/></a:tc>'.repeat(20)}</a:tr>`;
  const table = `<p:graphicFrame><a:graphic><a:graphicData><a:tbl>${row.repeat(50)}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
  expect(await codeOf("a.pptx", pptxOf([{ shapes: table }]), { format: "markdown" })).toBe("ok");
});

test("a presentation with the workbook of a chart is a presentation", async () => {
  const types =
    '<Types><Default Extension="xlsx" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"/><Override PartName="/ppt/presentation.xml" ContentType="application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"/></Types>';
  const slides = pptxOf([{ shapes: shape(said("Sales")) }], { "[Content_Types].xml": types });
  expect(await fieldsOf("a.pptx", slides)).toMatchObject({ document_type: "PPTX", text_content: "Sales" });
});
