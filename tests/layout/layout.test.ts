import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** Packages that a whole layer speaks: schemas, routes, commands, metrics, the page. */
const SPOKEN_EVERYWHERE = new Set([
  "zod",
  "express",
  "commander",
  "prom-client",
  "preact",
  "@preact/signals",
]);

function sources(): string[] {
  const tracked = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return tracked
    .split("\n")
    .filter((file) => /^(master|slave|shared|cli)\//.test(file) && !/\.(test|contract)\.ts$/.test(file));
}

/** Values that a file imports, types left out: `package` or `package/path`. */
function importedBy(file: string): string[] {
  const code = readFileSync(join(ROOT, file), "utf8");
  const dynamics = code.matchAll(/\bimport\("([^"]+)"\)/g);
  return [...staticsOf(file), ...[...dynamics].map((match) => match[1] ?? "")];
}

function staticsOf(file: string): string[] {
  const code = readFileSync(join(ROOT, file), "utf8");
  const statics = code.matchAll(/^(?:import\s+(?!type\b)[^;]*?|export\s+\{[^}]*\}\s*)from\s+"([^"]+)"/gms);
  return [...statics].map((match) => match[1] ?? "");
}

test("a third-party library is imported in one place", () => {
  const places = new Map<string, Set<string>>();
  for (const file of sources()) {
    for (const key of packagesOf(file)) places.set(key, (places.get(key) ?? new Set()).add(file));
  }
  const several = [...places].filter(([, files]) => files.size > 1);
  expect(several.map(([name, files]) => [name, ...files])).toEqual([]);
});

/** Packages that a file imports. Master, slave and CLI each have a place of their own for HTTP and forms. */
function packagesOf(file: string): string[] {
  const room = file.split("/")[0] ?? "";
  const names = importedBy(file)
    .filter((specifier) => !/^(\.|node:)/.test(specifier))
    .map((specifier) =>
      specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  return names
    .filter((name) => !SPOKEN_EVERYWHERE.has(name))
    .map((name) => (room === "shared" ? name : `${name} in ${room}`));
}

test("the tasks that master and CLI load bring no heavy library with them", () => {
  const script = `
    import { createRequire } from "node:module";
    await import("./dist/shared/tasks/registry.js");
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(loaded.map((path) => path.split("node_modules/").at(-1).split("/")[0])));
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const loaded = new Set<string>(JSON.parse(output));
  expect([...loaded].filter((name) => HEAVY.includes(name))).toEqual([]);
});

const HEAVY = [
  "sharp",
  "tesseract.js",
  "natural",
  "pdf-parse",
  "pdfjs-dist",
  "dingbat-to-unicode",
  "wavefile",
  "iconv-lite",
];

test("a command that only lists loads no task, and no library that it does not need", () => {
  const loaded = loadedWith("cli/commands/jobs/command.ts");
  expect(loaded).toContain("cli/sdk/http.ts");
  const costly = ["axios", "cli-progress", "tinyglobby", "shared/tasks/registry.ts"];
  expect(costly.filter((name) => loaded.has(name))).toEqual([]);
});

/** The files and packages that a file brings with it, lazy imports left out. */
function loadedWith(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const specifier of staticsOf(file)) {
    if (specifier.startsWith(".")) loadedWith(posix.join(posix.dirname(file), specifier), loaded);
    else loaded.add(specifier);
  }
  return loaded;
}

test("only configs read the environment", () => {
  const readers = sources().filter((file) => /\bprocess\.env\b/.test(readFileSync(join(ROOT, file), "utf8")));
  expect(readers.filter((file) => !file.endsWith("config.ts"))).toEqual([]);
});
