import { describe, expect, test } from "vitest";
import { toMarkdown } from "./format/markdown.ts";
import { isMarkdown } from "./format/markdownSigns.ts";
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
  ["```\ncode", true],
  ["a **bold my_word** here", true],
  ["an __init__ of bold", true],
  ["| a | b |\n| --- | :-: |\n", true],
  ["a ** b ** c", false],
  ["[a] (b)", false],
  ["----------", false],
  ["Just a letter.\n- not a list of tasks\n", false],
  ["#hashtag and 5 * 3 * 2", false],
])("%j is Markdown: %s", (text, expected) => {
  expect(isMarkdown(text)).toBe(expected);
});

test("a cut never halves a character", () => {
  expect(cut("a😀b", 2)).toBe("a😀");
  expect(cut("abc", 5)).toBe("abc");
});

const MANY = 300_000;
const run = (piece: string) => piece.repeat(MANY / piece.length);

/** Far more than a text of this size takes, and far less than what grows with the square of its length. */
const SOON = { timeout: 30_000 };

describe.each(["text", "html"])("as %s", (format) => {
  test.each([
    ...[
      "[",
      "![",
      "![](",
      "[a](",
      "[a][",
      "[![",
      "*",
      "**a ",
      "**a*",
      "__a",
      "`",
      "`a``",
      "~~a",
      "<",
      "<!--",
      "&",
      "&a",
    ],
    ...[
      "\\",
      "|",
      "-",
      "- ",
      "> ",
      ">",
      "#",
      "# ",
      "\n",
      " \n",
      "\t",
      " ",
      "\u00a0",
      "1. ",
      "a@a.",
      "http://a.",
      "[a]: b\n",
    ],
    ...["| a\n", "|-", "- :", "*a_ ", "<div>", "<p a=b ", "a\n", "a\n\n"],
  ])("a text of nothing but %j ends soon, with a result or as too_large", SOON, async (piece) => {
    for (const text of [`# t\n\n${run(piece)}x`, run(piece)])
      expect(["ok", "too_large"]).toContain(await codeOf("a.md", Buffer.from(text), { format }));
  });
});

test("a large document in good order is turned into HTML", SOON, async () => {
  const section = `## A heading\n\nSome **bold** text with a [link](https://example.org/a) and \`code\`.\n\n- one\n- two\n\n`;
  const table = `| a | b |\n| --- | --- |\n${"| [x](y) | **z** |\n".repeat(5_000)}\n`;
  const definitions = Array.from({ length: 500 }, (_, n) => `[${n}]: https://example.org/${n}`).join("\n");
  const text = section.repeat(3_000) + table + definitions;
  expect(await codeOf("a.md", Buffer.from(text), { format: "html" })).toBe("ok");
});

test(
  "HTML with long white space or very many elements is turned into Markdown soon, or is too_large",
  SOON,
  () => {
    expect(toMarkdown(`<p>a${run("\u00a0")}b</p>`)).toHaveLength(1_002);
    expect(() => toMarkdown(run("a<br />").repeat(5))).toThrow(/too many elements/);
  },
);
