import { expect, test } from "vitest";
import { codeOf, fieldsOf } from "./testing.ts";

const read = async (html: string | Buffer, options: object = {}) =>
  await fieldsOf("a.html", Buffer.from(html), options);
const textOf = async (html: string | Buffer) => (await read(html)).text_content;

test("a page is read as a reader sees it", async () => {
  const page = `<!DOCTYPE html><html lang="en"><head><title>A &amp; B</title><meta name=author content=Ann>
    <meta name="description" content="About"><style>p{color:red}</style><script>document.write("no")</script></head>
    <body><h1>Head<br>line</h1><p>One <b>bold</b> <a href="https://example.org/?a=1&amp;b=2">link</a> and
    <i>more</i>.<p hidden>no</p><p style="display: none">no</p><template>no</template>
    <ul><li>one<ul><li>deeper</ul><li>two</ul><ol start=3><li>three<li>four</ol><ol type=a><li>x</ol>
    <pre>  kept
  lines</pre><img src="x.png" alt="A red boat"><script>no()</script>&copy; 2024</body></html>`;
  expect(await read(page, { format: "markdown" })).toMatchObject({
    document_type: "HTML",
    media_type: "text/html",
    metadata: { title: "A & B", author: "Ann", description: "About", language: "en", created: null },
    text_content:
      "Head\nline\nOne bold link and more.\n• one\n• deeper\n• two\n3. three\n4. four\na. x\n  kept\n  lines\n[A red boat]© 2024",
    sections: [{ kind: "text", title: "A & B", hidden: false }],
    links: [{ text: "link", target: "https://example.org/?a=1&b=2" }],
    markdown:
      "# Head line\n\nOne **bold** [link](https://example.org/?a=1&b=2) and *more*.\n\n-   one\n    -   deeper\n-   two\n\n3.  three\n4.  four\n\n-   a. x\n\nkept  \nlines\n\n\\[A red boat\\]© 2024",
    left_out: [],
  });
});

test("tables have heads, merged cells and tables inside, also where tags are left out", async () => {
  const page =
    "<html><table><caption>Cap</caption><thead><tr><th>A<th>B</thead><tr><td colspan=2>wide<tr><td rowspan=0>x<td><table><tr><td>in</table>after</table>";
  expect(await read(page, { format: "html" })).toMatchObject({
    text_content: "Cap\nA\tB\nwide\nx\tin\nafter",
    table_count: 2,
    tables: [
      {
        head_rows: 1,
        rows: [
          ["A", "B"],
          ["wide", ""],
          ["x", "in\nafter"],
        ],
        merged: [{ row: 2, column: 1, row_span: 1, column_span: 2 }],
      },
      { rows: [["in"]] },
    ],
    html: '<p>Cap</p><table><thead><tr><th><p>A</p></th><th><p>B</p></th></tr></thead><tbody><tr><td colspan="2"><p>wide</p></td></tr><tr><td><p>x</p></td><td><table><tbody><tr><td><p>in</p></td></tr></tbody></table><p>after</p></td></tr></tbody></table>',
  });
});

test("no code reaches the forms, and addresses of code are no links", async () => {
  const page =
    '<html><a href="javascript:alert(1)">a</a><a href=" java\nscript:x">b</a><a href="/rel">c</a><base href="https://example.org/d/"><a href="e">f</a><p onclick="x">g<img src=x onerror=y>';
  const { html, links } = await read(page, { format: "html" });
  expect(String(html)).not.toMatch(/script|onclick|onerror/);
  expect(links).toEqual([
    { text: "c", target: "/rel" },
    { text: "f", target: "https://example.org/d/e" },
  ]);
});

test.each([
  [
    "a stated encoding",
    Buffer.concat([Buffer.from('<html><meta charset="windows-1251"><p>'), Buffer.from([0xcf, 0xf0])]),
    "Пр",
  ],
  [
    "ISO-8859-1, which is windows-1252",
    Buffer.from(
      '<html><meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1"><p>\x93a\x94',
      "latin1",
    ),
    "\u201ca\u201d",
  ],
  [
    "a mark of UTF-16",
    Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from("<html><meta charset=windows-1251><p>Grüße", "utf16le"),
    ]),
    "Grüße",
  ],
  [
    "UTF-8 against what it states",
    Buffer.from("<html><meta charset=utf-8><p>Gr\xfc\xdfe aus der Stra\xdfe und der K\xfcche", "latin1"),
    "Grüße aus der Straße und der Küche",
  ],
])("a page in %s is decoded", async (_, page, text) => {
  expect(await textOf(page)).toBe(text);
});

test("XHTML closes elements by itself, and names of pages count for those without a beginning", async () => {
  const page =
    '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x"/></head><body><p>a<a id="x"/>b</p></body></html>';
  expect(await fieldsOf("a.txt", Buffer.from(page))).toMatchObject({
    media_type: "application/xhtml+xml",
    text_content: "ab",
  });
  expect(await fieldsOf("part.htm", Buffer.from("<p>part</p>"))).toMatchObject({
    document_type: "HTML",
    text_content: "part",
  });
  expect(await fieldsOf("a.txt", Buffer.from("<p>part</p>"))).toMatchObject({
    document_type: "Generic Text",
  });
});

test("frames are told, and looks and links go on over lines", async () => {
  const { left_out, text_content, markdown } = await read(
    "<html><iframe src=x>no</iframe><b>a<p>b</p></b><a href=https://x.org/><div>c</div></a>",
    { format: "markdown" },
  );
  expect(left_out).toEqual([{ kind: "iframe", count: 1 }]);
  expect(text_content).toBe("a\nb\nc");
  expect(markdown).toBe("**a**\n\n**b**\n\n[c](https://x.org/)");
});

const MANY = 300_000;

test.each([
  ["open elements", "<div>".repeat(MANY), "too_large"],
  ["ends without a beginning", `<html><div>${"</b>".repeat(MANY)}x`, "ok"],
  ["tables in tables", "<html>".concat("<table><tr><td>".repeat(600)), "ok"],
  [
    "cells that cover all",
    `<html><table>${`<tr>${"<td colspan=1000 rowspan=60000>".repeat(100)}`.repeat(300)}</table>`,
    "ok",
  ],
  ["comments without end", `<html>${"<!--".repeat(MANY)}`, "ok"],
  ["attributes", `<html><p ${"a=b ".repeat(MANY)}>x`, "ok"],
  ["entities", `<html>${"&amp".repeat(MANY)}`, "ok"],
  ["bold text", `<html>${"<b>a</b>".repeat(MANY)}`, "ok"],
  ["links", `<html>${"<a href=/x>a</a> ".repeat(100_000)}`, "ok"],
])(
  "a page of many %s ends soon",
  async (_, page, code) => {
    expect(await codeOf("a.html", Buffer.from(page), { format: "markdown" })).toBe(code);
  },
  30_000,
);

test("the label of a note stands in brackets", async () => {
  const page =
    '<html><p>calm<sup><a epub:type="noteref" href="#n">1</a></sup> sea<a role="doc-noteref" href="#m">*</a> x<sup><a href="#o">2</a></sup> y<a class="sdfootnoteanc" href="#p"><sup>3</sup></a>.</p></html>';
  expect((await fieldsOf("a.html", Buffer.from(page))).text_content).toBe("calm[1] sea[*] x[2] y[3].");
});
