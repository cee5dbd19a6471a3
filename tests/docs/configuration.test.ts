import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configurationDoc, envExample } from "../../scripts/configDocs.ts";

const ROOT = join(import.meta.dirname, "../..");

test(".env.example lists exactly the variables that are declared (npm run docs:config)", async () => {
  expect(await readFile(join(ROOT, ".env.example"), "utf8")).toBe(envExample());
});

test("docs/configuration.md says the same (npm run docs:config)", async () => {
  expect(await readFile(join(ROOT, "docs/configuration.md"), "utf8")).toBe(configurationDoc());
});
