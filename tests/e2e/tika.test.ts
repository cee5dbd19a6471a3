import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docOf } from "../../shared/tasks/document/testing/doc.ts";
import { compoundOf, msgOf } from "../../shared/tasks/document/testing/msg.ts";
import { fixture, type RunningFleet, startFleet } from "./fleet.ts";

const CONTENT = "X-TIKA:content";

/** The requests of clients of Apache Tika as they send them, each against a real fleet. */
describe("clients of Tika", () => {
  let fleet: RunningFleet;
  beforeAll(async () => {
    fleet = await startFleet();
    await fleet.slave();
    await fleet.alive(1);
  });
  afterAll(async () => await fleet.stop());

  const put = (path: string, body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}) =>
    fetch(fleet.master.url + path, { method: "PUT", body, headers });

  /** The client of paperless-ngx: a form with one file under `file`. */
  async function post(path: string, name: string, accept: string): Promise<Response> {
    const form = new FormData();
    form.append("file", new Blob([await example(name)]), name);
    return await fetch(fleet.master.url + path, { method: "POST", body: form, headers: { accept } });
  }

  test("tika-python reads metadata and text as a list", async () => {
    const headers = {
      accept: "application/json",
      "content-disposition": "attachment; filename=my%20page.pdf",
    };
    const response = await put("/rmeta/text", await example("page.pdf"), headers);
    expect(response.status).toBe(200);
    const [entry, ...more] = (await response.json()) as Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      "Content-Type": "application/pdf",
      resourceName: "my page.pdf",
      "xmpTPg:NPages": "1",
      "dc:title": "Untitled",
      "xmp:CreatorTool": "groff version 1.22.4",
      [CONTENT]: "Hello from a PDF.\nIt has twolines.",
    });
  });

  test("tika-python reads a text alone, one field, the type, the language and the version", async () => {
    const pdf = await example("page.pdf");
    const plain = { accept: "text/plain" };
    expect(await textOf(put("/tika", pdf, plain))).toBe("Hello from a PDF.\nIt has twolines.");
    expect(await textOf(put("/meta/dc:title", pdf, plain))).toBe("Untitled");
    expect(await textOf(put("/detect/stream", pdf, plain))).toBe("application/pdf");
    const german = "Der Garten liegt hinter dem Haus, und im Sommer sitzen wir dort jeden Abend zusammen.";
    expect(await textOf(put("/language/stream", german, plain))).toBe("de");
    const version = await textOf(fetch(`${fleet.master.url}/version`, { headers: plain }));
    expect(version).toMatch(/^Apache Tika 3 dialect of manyhands \d/);
    expect(await textOf(fetch(`${fleet.master.url}/tika`))).toContain("Apache Tika 3 dialect");
  });

  test("Open WebUI reads the text out of JSON", async () => {
    const headers = { "content-type": "application/pdf", "x-tika-pdfextractinlineimages": "true" };
    const response = await put("/tika/text", await example("page.pdf"), headers);
    expect(await response.json()).toMatchObject({ [CONTENT]: expect.stringContaining("Hello from a PDF.") });
  });

  test("paperless-ngx sends a form, and takes JSON or the text itself", async () => {
    const json = await post("/tika/form/text", "minutes.docx", "application/json");
    const { [CONTENT]: content, "Content-Type": type } = (await json.json()) as Record<string, string>;
    expect(type).toContain("wordprocessingml");
    expect(content).toContain("Minutes");
    const text = await post("/tika/form/text", "minutes.docx", "text/plain");
    expect(text.headers.get("content-type")).toContain("text/plain");
    expect(await text.text()).toBe(content);
  });

  test("compound files are told apart by their streams, and old workbooks are refused by name", async () => {
    const plain = { accept: "text/plain" };
    const files = {
      "application/msword": docOf({ stories: { main: "A letter\r" } }),
      "application/vnd.ms-outlook": msgOf({ texts: { "0037": "A mail", "1000": "Hello" } }),
      "application/vnd.ms-excel": compoundOf({ Workbook: Buffer.alloc(5_000) }),
    };
    for (const [type, bytes] of Object.entries(files))
      expect(await textOf(put("/detect/stream", Buffer.from(bytes), plain))).toBe(type);
    expect(await textOf(put("/tika", Buffer.from(files["application/msword"]), plain))).toBe("A letter");
    expect(await textOf(put("/tika", Buffer.from(files["application/vnd.ms-outlook"]), plain))).toContain(
      "Hello",
    );
    const refused = await put("/tika", Buffer.from(files["application/vnd.ms-excel"]), plain);
    expect(refused.status).toBe(415);
    expect(await refused.json()).toMatchObject({
      code: "unsupported_format",
      error: expect.stringContaining("an old Excel workbook (.xls), which is not read"),
    });
  });

  test("HTML and Markdown of a document come as such", async () => {
    const html = await textOf(put("/tika", await example("minutes.docx"), { accept: "text/html" }));
    expect(html).toMatch(/^<html xmlns=.*<h1>/s);
    expect(await textOf(put("/tika/md", await example("minutes.docx")))).toMatch(/^# /m);
  });

  test("a picture is read by OCR, in the language of the header, or not at all", async () => {
    const picture = await example("minutes.png");
    const { [CONTENT]: content } = await jsonOf(put("/tika/text", picture, { "x-tika-ocrlanguage": "eng" }));
    expect(content).toMatch(/\w{4}/);
    expect(await jsonOf(put("/tika/text", picture, { "x-tika-ocrskipocr": "true" }))).toMatchObject({
      "Content-Type": "image/png",
      [CONTENT]: "",
    });
    const other = await put("/tika/text", picture, { "x-tika-ocrlanguage": "xyz" });
    expect([other.status, await other.json()]).toMatchObject([422, { code: "missing_language" }]);
  });

  test("bodies that cannot be read are refused with the statuses of Tika", async () => {
    const script = await put("/tika", "%!PS-Adobe-3.0\n");
    expect([script.status, await script.json()]).toMatchObject([415, { code: "unsupported_format" }]);
    const cut = await put("/tika", "%PDF-1.4\nnothing else");
    expect([cut.status, await cut.json()]).toMatchObject([422, { code: "corrupt_file" }]);
    expect((await put("/tika", "")).status).toBe(422);
    const handler = await put("/tika/nonsense", "text");
    expect([handler.status, await handler.json()]).toMatchObject([400, { code: "bad_query" }]);
    const field = await put("/meta/none", "some text");
    expect(field.status).toBe(404);
  });

  test("pages, mails and RTF are read by their contents", async () => {
    const page = "<!doctype html><title>T</title><p>Hello <script>no()</script>page";
    expect(await textOf(put("/detect/stream", page))).toBe("text/html");
    expect(await textOf(put("/tika", page, { accept: "text/plain" }))).toBe("Hello page");
    const mail = "Subject: Plan\r\nFrom: Ann\r\nMIME-Version: 1.0\r\n\r\nAt ten.";
    const [entry] = (await (await put("/rmeta/text", mail)).json()) as unknown[];
    expect(entry).toMatchObject({
      "Content-Type": "message/rfc822",
      "dc:creator": "Ann",
      "dc:title": "Plan",
    });
    expect(await textOf(put("/tika", "{\\rtf1 text}", { accept: "text/plain" }))).toBe("text");
  });

  test("a password in the header opens an encrypted file", async () => {
    const locked = new Uint8Array(await fixture("document/password-test.pdf"));
    expect((await put("/tika", locked)).status).toBe(422);
    expect((await put("/tika", locked, { password: "test" })).status).toBe(200);
  });
});

async function example(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(import.meta.dirname, "../../examples/files", name)));
}

async function textOf(response: Promise<Response>): Promise<string> {
  return await (await response).text();
}

async function jsonOf(response: Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await response).json()) as Record<string, unknown>;
}
