import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** How a code comes into being: an error is made, a failure is written down, a constant holds it. */
const WAYS = [
  /\b\w*Error\(\s*"([a-z_]+)"/g,
  /\bsuper\(\s*"([a-z_]+)"/g,
  /\bcode: "([a-z_]+)"/g,
  /\bconst [A-Z_]+ = "([a-z]+_[a-z_]+)"/g,
  /\bpart\?\.code \?\? "([a-z_]+)"/g,
  /\.end\("([a-z_]+)"\)/g,
  / : "(child_[a-z]+)"/g,
];

/** Of zod's own, and of a language that is not known. */
const NO_CODES = ["custom", "und"];

function codesOfSources(): string[] {
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  }).split("\n");
  const codes = new Set<string>();
  for (const file of files) {
    if (!/^(master|slave|shared|cli)\//.test(file) || /\.(test|contract)\.ts$/.test(file)) continue;
    const source = readFileSync(join(ROOT, file), "utf8");
    for (const way of WAYS) for (const [, code = ""] of source.matchAll(way)) codes.add(code);
  }
  return [...codes].filter((code) => !NO_CODES.includes(code)).sort();
}

function rowsOfPage(): string[][] {
  const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.split("|").map((cell) => cell.trim()));
}

test("docs/errors.md lists exactly the codes that the sources use", () => {
  const listed = rowsOfPage().map(([, code]) => code?.replaceAll("`", ""));
  expect([...listed].sort()).toEqual(codesOfSources());
});

test("docs/errors.md says for each code what happened", () => {
  const wrong = rowsOfPage().filter((cells) => cells.length !== 7 || (cells[3] ?? "").length < 5);
  expect(wrong).toEqual([]);
});
