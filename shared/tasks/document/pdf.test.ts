import { readFile } from "node:fs/promises";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { executeHere } from "../inProcess.ts";
import { type LocalUnit, localFile, runLocally } from "../local.ts";
import { ocr } from "../ocr/index.ts";
import { document } from "./index.ts";
import { joinLines } from "./pdf/lines.ts";
import { pdfDate } from "./pdf/metadata.ts";
import { codeOf, fieldsOf, lines, outcomeOf, pagesOf, pdfOf, stream } from "./testing.ts";

const fixture = (name: string) =>
  readFile(new URL(`../../../tests/fixtures/document/${name}`, import.meta.url));

test("a PDF gives its text page by page and whole", async () => {
  const fields = await fieldsOf("a.pdf", pagesOf([lines("One fish", "two fish"), "", lines("red fish")]));
  expect(fields).toMatchObject({
    document_type: "PDF",
    page_count: 3,
    text_content: "One fish\ntwo fish\n\nred fish",
    word_count: 6,
    character_count: 27,
    truncated: false,
    pages_without_text: [2],
    damaged_pages: [],
  });
  expect(fields.pages).toMatchObject([
    { number: 1, text: "One fish\ntwo fish", has_text_layer: true, width: 612, height: 792, rotation: 0 },
    { number: 2, text: "", has_text_layer: false },
    { number: 3, text: "red fish", has_text_layer: true },
  ]);
});

test("document information is read, dates in ISO 8601", async () => {
  const { metadata } = await fieldsOf("three-pages.pdf", await fixture("three-pages.pdf"));
  expect(metadata).toMatchObject({
    producer: expect.any(String),
    pdf_version: expect.stringMatching(/^1\.\d$/),
  });
  expect((metadata as { created: string }).created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
});

test.each([
  ["D:20090324112233-07'00'", "2009-03-24T11:22:33-07:00"],
  ["D:2009032411Z", "2009-03-24T11:00:00Z"],
  ["D:2009", "2009-01-01T00:00:00"],
  ["20090324112233+00'00'", "2009-03-24T11:22:33Z"],
  ["D:20091399", null],
  ["yesterday", null],
])("the date %s is %s", (date, iso) => {
  expect(pdfDate(date)).toBe(iso);
});

test.each([
  ["a word broken at a line's end", "con-\nnected", "connected"],
  ["a compound before a capital", "Schwarz-\nWeiß", "Schwarz-\nWeiß"],
  ["spaces at the end", "a  \nb", "a\nb"],
])("%s is joined as a reader would", (_, raw, text) => {
  expect(joinLines(raw)).toBe(text);
});

test("values of form fields count as text", async () => {
  const page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Annots [4 0 R] >>";
  const widget =
    "<< /Type /Annot /Subtype /Widget /FT /Tx /T (city) /V (Lisbon) /F 4 /Rect [0 0 99 20] /P 3 0 R >>";
  const catalogue = "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>";
  const bytes = pdfOf([catalogue, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, widget]);
  const fields = await fieldsOf("form.pdf", bytes);
  expect(fields.text_content).toBe("Lisbon");
  expect(fields.pages).toMatchObject([
    { has_text_layer: false, form_fields: [{ name: "city", type: "text", value: "Lisbon" }] },
  ]);
});

/** A page with one annotation, in Helvetica; `objects` follow as 7, 8 … */
function annotated(annotation: string, ...objects: readonly (string | Buffer)[]): Buffer {
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /DR << /Font << /F1 5 0 R >> >> >> >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Annots [4 0 R] >>",
    `<< /Type /Annot /F 4 /Rect [0 0 200 20] /P 3 0 R ${annotation} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    appearance("APPROVED BY ADA"),
    ...objects,
  ]);
}

function appearance(text: string): Buffer {
  const head = "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> >>";
  return stream(`BT /F1 10 Tf 2 5 Td (${text}) Tj ET`, head);
}

const CHOICES = "/FT /Ch /T (country) /Opt [[(44) (Angola)] [(45) (Brazil)] [(46) (Chile)]]";

test.each([
  ["a choice has the label that the page shows", `/Subtype /Widget ${CHOICES} /Ff 131072 /V (46)`, "Chile"],
  ["a choice outside of the list has its value", `/Subtype /Widget ${CHOICES} /Ff 393216 /V (Peru)`, "Peru"],
  ["the value of a field may be a stream", "/Subtype /Widget /FT /Tx /T (note) /V 7 0 R", "A long story"],
  [
    "a signature shows its appearance",
    "/Subtype /Widget /FT /Sig /T (s) /AP << /N 6 0 R >>",
    "APPROVED BY ADA",
  ],
  [
    "a push button has a caption",
    "/Subtype /Widget /FT /Btn /Ff 65536 /T (b) /AP << /N 6 0 R >>",
    "APPROVED BY ADA",
  ],
  [
    "a field without a value shows its appearance",
    "/Subtype /Widget /FT /Tx /T (t) /AP << /N 6 0 R >>",
    "APPROVED BY ADA",
  ],
  [
    "a free note without contents shows its appearance",
    "/Subtype /FreeText /AP << /N 6 0 R >>",
    "APPROVED BY ADA",
  ],
  ["a stamp shows its appearance", "/Subtype /Stamp /Name /Approved /AP << /N 6 0 R >>", "APPROVED BY ADA"],
])("%s", async (_, annotation, text) => {
  const fields = await fieldsOf("form.pdf", annotated(annotation, stream("A long story")));
  expect(fields.text_content).toBe(text);
});

test("several choices have their labels", async () => {
  const annotation = `/Subtype /Widget ${CHOICES} /Ff 2097152 /V [(44) (46)]`;
  const { pages } = await fieldsOf("form.pdf", annotated(annotation));
  expect(pages).toMatchObject([
    { form_fields: [{ name: "country", type: "choice", value: "Angola, Chile" }] },
  ]);
});

test("a PDF for the holders of certificates is not called damaged", async () => {
  const parts = "/Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 4 /Length 128";
  const crypt =
    "/CF << /DefaultCryptFilter << /CFM /AESV2 /Recipients [<3082>] >> >> /StmF /DefaultCryptFilter";
  const plain = pagesOf([lines("secret")]).toString("latin1");
  const locked = plain.replace("trailer << ", `trailer << /Encrypt << ${parts} ${crypt} >> /ID [<00> <00>] `);
  const outcome = await outcomeOf("a.pdf", Buffer.from(locked, "latin1"));
  expect(outcome).toMatchObject({
    ok: false,
    code: "unsupported_format",
    error: expect.stringContaining("certificates"),
  });
});

test("an encrypted PDF needs its password", async () => {
  const bytes = await fixture("password-test.pdf");
  expect(await codeOf("a.pdf", bytes)).toBe("password_required");
  expect(await codeOf("a.pdf", bytes, { password: "wrong" })).toBe("wrong_password");
  expect((await fieldsOf("a.pdf", bytes, { password: "test" })).text_content).toBe("Issue 15893 - password");
});

test("a password that needs preparation opens its file", async () => {
  const bytes = await fixture("password-saslprep.pdf");
  expect(await codeOf("a.pdf", bytes, { password: "S\u00aaSL\u00adprep" })).toBe("ok");
});

test.each([
  ["nothing", Buffer.alloc(0), "empty_file"],
  ["a header alone", Buffer.from("%PDF-1.4\n%%EOF\n"), "corrupt_file"],
  ["a PDF without pages to read", Buffer.from(`%PDF-1.7\n${"x".repeat(500)}`), "corrupt_file"],
  ["text", Buffer.from("Just a text."), "misnamed"],
])("%s named .pdf fails with its own code", async (_, bytes, code) => {
  expect(await codeOf("a.pdf", bytes)).toBe(code);
});

test("with any_name a misnamed file is read by its content", async () => {
  const fields = await fieldsOf("a.pdf", Buffer.from("Just a text."), { any_name: true });
  expect(fields.document_type).toBe("Generic Text");
});

test("a stream that would inflate without end is refused", async () => {
  const packed = deflateSync(Buffer.alloc(80 * 2 ** 20, 32));
  const twice = deflateSync(packed);
  const once = stream(packed, "/Filter /FlateDecode");
  const doubled = stream(twice, "/Filter [/FlateDecode /FlateDecode]");
  expect(await codeOf("a.pdf", pdfOf(["<< >>", once]))).toBe("too_large");
  expect(await codeOf("a.pdf", pdfOf(["<< >>", doubled]))).toBe("too_large");
});

test("page content behind a picture's filter is refused", async () => {
  expect(await codeOf("a.pdf", pdfOf(["<< >>", stream("x", "/Filter /JBIG2Decode")]))).toBe("too_large");
});

test("more pages than the limit are refused by number", async () => {
  expect(await codeOf("a.pdf", pagesOf([lines("a"), lines("b")]), { max_pages: 1 })).toBe("too_large");
});

test("ranges of pages give the same bytes as one unit, however the text is cut", async () => {
  const contents = Array.from({ length: 23 }, (_, at) =>
    at % 5 === 4 ? "" : lines(`Page ${at} of text`, "more"),
  );
  const bytes = pagesOf(contents);
  for (const options of [{}, { max_characters: 60 }, { format: "markdown" }]) {
    const [whole] = await runUnits(bytes, { ...options, pages_per_unit: 100 });
    const [split, units] = await runUnits(bytes, { ...options, pages_per_unit: 4 });
    expect(units).toEqual(["main", ...Array(6).fill("pages"), "finish"]);
    expect(split).toBe(whole);
  }
});

test("pages without text go through OCR as units of their own, and failures keep their reason", async () => {
  const bytes = pagesOf([lines("typed"), "", ""]);
  const [json, units] = await runUnits(bytes, { ocr: true, pages_per_unit: 2 }, (count) =>
    count === 1 ? { extracted_text: "seen", average_confidence: 91.5 } : undefined,
  );
  expect(units).toEqual(["main", "pages", "pages", "picture", "picture", "recognize", "recognize", "finish"]);
  const fields = JSON.parse(json);
  expect(fields.text_content).toBe("typed\n\nseen");
  expect(fields.pages[1]).toMatchObject({
    text: "seen",
    has_text_layer: false,
    ocr_confidence: 91.5,
    word_count: 1,
  });
  expect(fields.pages[2].error).toMatch(/^OCR failed: /);
});

test("scans of every kind are read: fax, JBIG2, JPEG, JPEG 2000, a turned page, a picture in strips", async () => {
  const scans = await fixture("scans.pdf");
  const { pages, pages_without_text, damaged_pages } = await fieldsOf("scans.pdf", scans, { ocr: true });
  const notice = [
    "The ferry leaves the harbour at noon.",
    "Tickets cost 42 crowns for adults,",
    "children under seven travel free.",
    "Please keep your luggage with you.",
  ].join("\n");
  const texts = (pages as { text: string }[]).map(({ text }) => text.replace(/\n+/g, "\n"));
  expect(texts).toEqual([...Array(6).fill(notice), "This page has a text layer of its own."]);
  expect(pages_without_text).toEqual([1, 2, 3, 4, 5, 6]);
  expect(damaged_pages).toEqual([]);
});

test.each([
  ["PDF, 1 page without a text layer (a scan?): use option ocr=true, or task ocr", [""], 1],
  ["PDF, 2 pages without a text layer (scans?): use option ocr=true, or task ocr", ["", ""], 1],
  [
    "PDF, 2 pages (1 without a text layer: use option ocr=true, or task ocr), 1 word: hi",
    [lines("hi"), ""],
    1,
  ],
  ["PDF, 1 page, 2 words: hi there", [lines("hi there")], 0],
])("the summary is %s", async (summary, contents, warnings) => {
  const outcome = await outcomeOf("a.pdf", pagesOf(contents));
  expect(outcome).toMatchObject({ ok: true, summary });
  expect(outcome.ok && (outcome.warnings ?? []).map(({ code }) => code)).toEqual(
    Array(warnings).fill("no_text_layer"),
  );
});

/** Result and steps of one PDF, with `read` in the place of OCR. */
async function runUnits(
  body: Buffer,
  options: object,
  read: (count: number) => object | undefined = () => undefined,
): Promise<[json: string, steps: string[]]> {
  const steps: string[] = [];
  let pictures = 0;
  let json = "";
  const execute = async (unit: LocalUnit) => {
    steps.push(unit.step);
    if (unit.task !== ocr.name) return await executeHere(document, unit);
    pictures += 1;
    const answer = read(pictures);
    if (answer === undefined) throw new Error("unreadable");
    return { body: Buffer.from(JSON.stringify(answer)) };
  };
  await runLocally(document, {
    options: document.options.parse(options),
    files: [localFile("a.pdf", body)],
    execute,
    concurrency: 1,
    signal: new AbortController().signal,
    onResult: (_, outcome) => {
      json = outcome.ok ? Buffer.from(outcome.body as Uint8Array).toString("utf8") : outcome.code;
    },
  });
  return [json, steps];
}
