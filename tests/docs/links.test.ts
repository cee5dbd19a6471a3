import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

function pages(): string[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return listed.split("\n").filter((page) => page !== "" && existsSync(join(ROOT, page)));
}

/** The text of a page without its blocks of code. */
function prose(page: string): string {
  const text = readFileSync(join(ROOT, page), "utf8");
  return text.replaceAll(/^```.*?^```/gms, "").replaceAll(/^ {4}.*$/gm, "");
}

/** Anchors of a page's headings, as GitHub makes them. */
function anchors(page: string): Set<string> {
  const headings = [...prose(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? "");
  const plain = (heading: string) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "");
  return new Set(headings.map((heading) => plain(heading).replaceAll(" ", "-")));
}

test("every link of a page leads to a file, and to a heading where it names one", () => {
  const broken = pages().flatMap((page) =>
    [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((link) => !/^[a-z]+:/.test(link) && !leads(page, link))
      .map((link) => `${page}: ${link}`),
  );
  expect(broken).toEqual([]);
});

function leads(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || !target.endsWith(".md") || anchors(target).has(anchor);
}

test("every page of docs/ is linked from another page", () => {
  const linked = new Set(
    pages().flatMap((page) =>
      [...prose(page).matchAll(/\]\(([^)\s#]+)/g)].map((match) =>
        normalize(join(dirname(page), match[1] ?? "")),
      ),
    ),
  );
  const alone = pages().filter((page) => page.startsWith("docs/") && !page.startsWith("docs/adr/"));
  expect(alone.filter((page) => !linked.has(page))).toEqual([]);
});
