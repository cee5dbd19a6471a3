import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "oxc-parser";

export const ROOT = join(import.meta.dirname, "../..");

/** The four programs. */
const PROGRAMS = /^(master|slave|shared|cli)\//;

/** Source files of the four programs, or below other folders, without tests; paths from the root with `/`. */
export function sourceFiles(below = PROGRAMS): string[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((file) => below.test(file) && !/\.(test|contract)\.tsx?$/.test(file))
    .filter((file) => existsSync(join(ROOT, file)));
}

/** Files of the project that a file imports: for values and lazily, and for types only unless `values` are asked for. */
export function importsOf(file: string, kind: "all" | "values" = "all"): string[] {
  const code = readFileSync(join(ROOT, file), "utf8");
  const { module } = parseSync(file, code);
  const lazy = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
    code.slice(start + 1, end - 1),
  );
  const all = [
    ...module.staticImports
      .filter(
        ({ entries }) => kind === "all" || entries.length === 0 || entries.some(({ isType }) => !isType),
      )
      .map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map(({ moduleRequest }) => moduleRequest?.value ?? ""),
    ),
    ...lazy,
  ];
  const own = all.filter((specifier) => specifier.startsWith("."));
  return [...new Set(own.map((specifier) => posix.join(posix.dirname(file), specifier)))];
}

/** Names of the interfaces, types and classes that a file exports. */
export function exportedTypes(file: string): string[] {
  const code = readFileSync(join(ROOT, file), "utf8");
  const found = code.matchAll(/^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm);
  return [...found].map((match) => match[1] ?? "");
}
