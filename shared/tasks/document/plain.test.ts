import { expect, test } from "vitest";
import { isMarkdown } from "./plain.ts";
import { codeOf, fieldsOf } from "./testing.ts";
import { cut } from "./words.ts";

test("a text keeps the fields that old clients read", async () => {
  const fields = await fieldsOf("plain.md", Buffer.from("# Plain\n\nSome generic text.\n"));
  expect(fields).toMatchObject({
    schema_version: 1,
    task: "document",
    document_type: "Generic Text",
    media_type: "text/markdown",
    text_content: "# Plain\n\nSome generic text.\n",
    word_count: 5,
    character_count: 28,
    line_count: 3,
    file_size_bytes: 28,
  });
});

test("a text in another encoding is decoded", async () => {
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("Grüße", "utf16le")]);
  expect(await fieldsOf("a.txt", utf16)).toMatchObject({ text_content: "Grüße", encoding: "utf-16le" });
});

test("script and unsafe links of a Markdown text do not reach its HTML", async () => {
  const markdown =
    "# Hi <script>alert(1)</script>\n\n[a](javascript:alert(1)) <img src=x onerror=y alt=pic> **b**\n";
  const { html } = await fieldsOf("a.md", Buffer.from(markdown), { format: "html" });
  expect(html).toBe('<h1>Hi </h1>\n<p><a>a</a> <img alt="pic" /> <strong>b</strong></p>\n');
});

test("plain text as HTML is escaped, paragraph by paragraph", async () => {
  const { html } = await fieldsOf("a.txt", Buffer.from("1 < 2\nyes\n\nno"), { format: "html" });
  expect(html).toBe("<p>1 &lt; 2<br />yes</p>\n<p>no</p>");
});

test.each([
  ["RTF", "{\\rtf1 hello}", "unsupported_format"],
  ["PostScript", "%!PS-Adobe-3.0\n", "unsupported_format"],
  ["binary data", "\0\x01\x02\x03", "wrong_type"],
  ["nothing", "", "empty_file"],
])("%s is refused by its own code", async (_, content, code) => {
  expect(await codeOf("a.txt", Buffer.from(content, "latin1"))).toBe(code);
});

test.each([
  ["# Title", true],
  ["see [this](https://example.org)", true],
  ["- [x] done", true],
  ["Just a letter.\n- not a list of tasks\n", false],
  ["#hashtag and 5 * 3 * 2", false],
])("%j is Markdown: %s", (text, expected) => {
  expect(isMarkdown(text)).toBe(expected);
});

test("a cut never halves a character", () => {
  expect(cut("a😀b", 2)).toBe("a😀");
  expect(cut("abc", 5)).toBe("abc");
});
