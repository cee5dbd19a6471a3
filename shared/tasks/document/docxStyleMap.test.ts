import { expect, test } from "vitest";
import { docxOf, fieldsOf, outcomeOf, p } from "./testing.ts";

const styled = docxOf({
  body: p("Said &lt;she&gt;", '<w:pStyle w:val="Said"/>') + p("Plain"),
  parts: {
    "word/styles.xml":
      '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="Said"><w:name w:val="Said"/></w:style></w:styles>',
  },
  links: [["rId1", "styles", "styles.xml"]],
});

test("rules say what becomes of a style in the HTML, and the text stays", async () => {
  const style_map = ["p[style-name='Said'] => blockquote:fresh > p"];
  const fields = await fieldsOf("a.docx", styled, { format: "html", style_map });
  expect(fields).toMatchObject({
    html: "<blockquote><p>Said &lt;she&gt;</p></blockquote><p>Plain</p>",
    text_content: "Said <she>\nPlain",
  });
});

test("HTML by rules is sanitised, too", async () => {
  const style_map = ["p[style-name='Said'] => script"];
  expect(await fieldsOf("a.docx", styled, { format: "html", style_map })).toMatchObject({
    html: "<p>Plain</p>",
  });
});

test("a rule that is none is named", async () => {
  const outcome = await outcomeOf("a.docx", styled, { format: "html", style_map: ["p[style-name= => h1"] });
  expect(outcome).toMatchObject({ ok: false, code: "bad_options" });
  expect(JSON.stringify(outcome)).toContain("p[style-name= => h1");
});
