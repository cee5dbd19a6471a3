import { expect, test } from "vitest";
import { doublingForms, formInItself } from "../../../tests/fixtures/bombs/pdfs.ts";
import { processHere } from "../inProcess.ts";
import { document } from "./index.ts";
import { fieldsOf } from "./testing.ts";

test.each([
  ["forms that draw each other twice", doublingForms()],
  ["a form that draws itself", formInItself()],
])("a page of which a part is not read says so: %s", async (_, body) => {
  const fields = await fieldsOf("forms.pdf", body);
  expect(fields).toMatchObject({
    damaged_pages: [1],
    pages: [{ error: expect.stringContaining("more than 30 times: the text of the others was left out") }],
  });
  const [outcome] = await processHere(document, [{ filename: "forms.pdf", body }]);
  expect(outcome).toMatchObject({
    ok: true,
    warnings: expect.arrayContaining([expect.objectContaining({ code: "pages_not_read" })]),
  });
});
