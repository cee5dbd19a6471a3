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

function sourcesOf(names: RegExp): [file: string, text: string][] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => names.test(file));
  return files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]);
}

function codesOfSources(): string[] {
  const codes = new Set<string>();
  for (const [file, source] of sourcesOf(/^(master|slave|shared|cli)\//)) {
    if (/\.(test|contract)\.ts$/.test(file)) continue;
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

/** The command line shows its sentence, not its code: a test expects that. */
const SEEN_BY_SENTENCE: Readonly<Record<string, string>> = {
  master_ended: "The master ended by itself",
  no_samples: "The sample file examples/files/demo.json is missing.",
};

test("a test brings about each code that docs/errors.md lists", () => {
  const tests = sourcesOf(/\.(test|contract)\.ts$/).filter(([file]) => !file.startsWith("tests/docs/"));
  const all = tests.map(([, text]) => text).join("\n");
  const isExpected = (code: string) =>
    all.includes(SEEN_BY_SENTENCE[code] ?? `"${code}"`) ||
    [`"${code}|`, `|${code}"`, `(${code}|`, `|${code})`, `\n  ${code}: `].some((way) => all.includes(way));
  const listed = rowsOfPage().map(([, code = ""]) => code.replaceAll("`", ""));
  expect(listed.filter((code) => !isExpected(code))).toEqual([]);
});

test("docs/errors.md says for each code what happened", () => {
  const wrong = rowsOfPage().filter((cells) => cells.length !== 7 || (cells[3] ?? "").length < 5);
  expect(wrong).toEqual([]);
});
