import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MASTER_OPTIONS } from "./nodeOptions.ts";

test("npm run master starts a master as the command line does", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(scripts.master).toBe(`exec node ${MASTER_OPTIONS.join(" ")} cli master`);
});
