import { expect, test } from "vitest";
import { isClassicUpload } from "./client.ts";

const HEADERS = { "user-agent": "python-requests/2.32.3", accept: "*/*" };
const FORM = { fields: { task_type: "embedding" }, files: [{ mimeType: "application/octet-stream" }] };

test("the client of the Python service is known by all that it sends", () => {
  expect(isClassicUpload(HEADERS, FORM)).toBe(true);
});

test.each([
  ["another program", { ...HEADERS, "user-agent": "curl/8" }, FORM],
  ["a wish of this service", { ...HEADERS, prefer: "respond-async" }, FORM],
  ["lines asked for", { ...HEADERS, accept: "application/x-ndjson" }, FORM],
  ["options", HEADERS, { ...FORM, fields: { ...FORM.fields, options: "{}" } }],
  ["a file with a type", HEADERS, { ...FORM, files: [{ mimeType: "text/plain" }] }],
])("%s is not of that client", (_, headers, form) => {
  expect(isClassicUpload(headers, form)).toBe(false);
});
