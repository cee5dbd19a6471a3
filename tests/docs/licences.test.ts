import { expect, test } from "vitest";
import { packagesToRun, pageOfLicences } from "../../scripts/licenceDocs.ts";

test("the page of licences lists the libraries of the lock file", async () => {
  const { found, wanted } = await pageOfLicences();
  expect(found, "docs/licences.md is out of date: run npm run docs:licences.").toBe(wanted);
});

const FREE =
  /^(?:MIT|ISC|0BSD|BSD(?:-[23]-Clause)?|Apache-2\.0|BlueOak-1\.0\.0|\(MIT AND Zlib\)|\(MIT OR GPL-3\.0-or-later\))$/;
/** Packages whose licence docs/licences.md explains: libvips is a library of its own, the others state MIT elsewhere. */
const EXPLAINED = /^@img\/sharp-(?:libvips-|win32-|wasm32)|^(?:busboy|streamsearch|sylvester)$/;

test("every package to run has a licence without conditions on this project, or is explained", async () => {
  const others = (await packagesToRun()).filter(
    ({ name, licence }) => !FREE.test(licence ?? "") && !EXPLAINED.test(name),
  );
  expect(others).toEqual([]);
});
