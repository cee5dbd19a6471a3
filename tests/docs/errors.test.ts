import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_CODES } from "../../shared/codes.ts";
import { WARNING_CODES } from "../../shared/warnings.ts";

const ROOT = join(import.meta.dirname, "../..");

function sourcesOf(names: RegExp): [file: string, text: string][] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => names.test(file));
  return files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]);
}

function rowsOfPage(): string[][] {
  const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.split("|").map((cell) => cell.trim()));
}

function codesOfPage(): string[] {
  return rowsOfPage().map(([, code = ""]) => code.replaceAll("`", ""));
}

test("docs/errors.md lists exactly the codes of shared/codes.ts, in the same order", () => {
  expect(codesOfPage()).toEqual([...ERROR_CODES]);
});

test("docs/errors.md lists exactly the codes of shared/warnings.ts, in the same order", () => {
  const page = readFileSync(join(ROOT, "docs/errors.md"), "utf8");
  const listed = [...page.matchAll(/^- `(\w+)`: /gm)].map(([, code = ""]) => code);
  expect(listed).toEqual([...WARNING_CODES]);
});

/** The compiler refuses an error with a code that is not listed. */
test("the sources give each code of shared/codes.ts", () => {
  const sources = sourcesOf(/^(master|slave|shared|cli)\/(?!.*\.(test|contract)\.ts$)/);
  const all = sources.filter(([file]) => file !== "shared/codes.ts").map(([, text]) => text);
  const text = all.join("\n");
  expect(ERROR_CODES.filter((code) => !text.includes(`"${code}"`))).toEqual([]);
});

/** For these codes a test expects the sentence that the command line shows. */
const SEEN_BY_SENTENCE: Readonly<Record<string, string>> = {
  driver_missing: "STORE_URL needs the package",
  no_samples: "The sample file examples/files/demo.json is missing.",
};

test("a test brings about each code that docs/errors.md lists", () => {
  const tests = sourcesOf(/\.(test|contract)\.ts$/).filter(([file]) => !file.startsWith("tests/docs/"));
  const all = tests.map(([, text]) => text).join("\n");
  const isExpected = (code: string) =>
    all.includes(SEEN_BY_SENTENCE[code] ?? `"${code}"`) ||
    [`"${code}|`, `|${code}"`, `(${code}|`, `|${code})`, `\n  ${code}: `].some((way) => all.includes(way));
  expect(codesOfPage().filter((code) => !isExpected(code))).toEqual([]);
});

test("docs/errors.md says for each code what happened", () => {
  const wrong = rowsOfPage().filter((cells) => cells.length !== 7 || (cells[3] ?? "").length < 5);
  expect(wrong).toEqual([]);
});
