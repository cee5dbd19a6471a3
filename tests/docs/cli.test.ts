import { spawn } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram } from "../../cli/program.ts";
import { type RunningFleet, startFleet } from "../e2e/fleet.ts";
import type { CliRun } from "../standin/runCli.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = await readFile(join(ROOT, "docs/cli.md"), "utf8");
/** The commands of the page's blocks, in their order. */
const COMMANDS = [...PAGE.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = ""]) => line.replace(/\s+#.*$/, ""));
/** Some examples read scans; the limit only prevents hanging. */
const SLOW_MS = 180_000;

let fleet: RunningFleet;
let job: string;

beforeAll(async () => {
  fleet = await startFleet({ FLEET_TOKEN: "secret", ALLOW_FUNCTIONS: "trusted" });
  await fleet.slave({ SLAVE_NAME: "scanner-room" });
  await fleet.alive(1);
  await prepareFolder(fleet.folder);
  const { stdout } = await shell("node cli upload text letters --detach --json");
  job = (JSON.parse(stdout) as { readonly id: string }).id;
}, SLOW_MS);

afterAll(() => fleet?.stop());

/** Files as the examples name them, and programs that they call and this machine may not have. */
async function prepareFolder(folder: string): Promise<void> {
  for (const name of ["letters", "photos/2024", "scans", "bin", "cli"])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(
    join(folder, "cli/index.js"),
    `import(${JSON.stringify(join(ROOT, "dist/cli/main.js"))});\n`,
  );
  await writeFile(join(folder, "letters/a.txt"), "A fine letter.");
  await writeFile(join(folder, "lab.token"), "secret\n");
  await writeFile(join(folder, "mine.mjs"), "export default (x) => x + 1;\n");
  const sample = (name: string, place: string) =>
    copyFile(join(ROOT, "examples/files", name), join(folder, place));
  await sample("sunset.jpg", "photos/2024/sunset.jpg");
  await sample("minutes.png", "scan.png");
  await sample("minutes.png", "scans/minutes.png");
  const programs = {
    curl: "echo A page from the web.",
    pass: "echo secret",
    manyhands: `exec "${process.execPath}" "${join(ROOT, "dist/cli/main.js")}" "$@"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, "bin", name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, "bin", name), 0o755);
  }
}

interface ShellTerms {
  /** Output at which Ctrl-C is pressed. */
  readonly stopAt?: RegExp;
}

/** Runs a line in the folder of the examples, as a group of processes of its own. */
async function shell(line: string, { stopAt }: ShellTerms = {}): Promise<CliRun> {
  const { folder, master } = fleet;
  const ports = { MASTER_PORT: "0", SLAVE_PORT: "0", DATA_DIR: join(folder, "own-data") };
  const child = spawn("bash", ["-c", line], {
    cwd: folder,
    detached: true,
    env: {
      ...{ PATH: `${join(folder, "bin")}:${process.env.PATH}`, HOME: folder, MASTER_URL: master.url },
      ...(line.includes(" up ") ? ports : {}),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  let isStopped = false;
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      if (isStopped || stopAt?.test(output.stdout + output.stderr) !== true) return;
      isStopped = true;
      process.kill(-(child.pid ?? 0), "SIGINT");
    });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, ...output };
}

/** The line with addresses and the id of a job that there are. */
function real(line: string): string {
  return (
    line
      .replace("01JZ…", job)
      .replace(/(?:https:\/\/master\.example|10\.0\.0\.7|192\.168\.1\.10):5000/, fleet.master.url)
      .replace("~/.config/fish/completions/", "")
      // Long enough for some calls.
      .replace("--seconds 10", "")
      .replace(/bench-fleet(?!.*--calls)/, "bench-fleet --seconds 1")
      // This machine may have no zsh: the script must be there.
      .replace(/^eval (?=.*zsh)/, "test -n ")
  );
}

/** Examples that end by Ctrl-C, with the output at which it is pressed, and the exit code then. */
const STOPPED: readonly (readonly [RegExp, RegExp, number])[] = [
  [/--watch/, /Waiting for files/, 130],
  [/ up /, /Stop: +Ctrl-C/, 0],
];

test("the page has examples of each kind", () => {
  expect(COMMANDS.length).toBeGreaterThan(20);
});

test.each(COMMANDS)(
  "docs/cli.md: %s",
  async (command) => {
    const [, stopAt, code = 0] = STOPPED.find(([pattern]) => pattern.test(command)) ?? [];
    const run = await shell(real(command), stopAt === undefined ? {} : { stopAt });
    // What doctor finds depends on the machine.
    if (command.startsWith("node cli doctor")) expect(run.stdout).toMatch(/\bok\b/);
    else expect(run).toMatchObject({ code });
  },
  SLOW_MS,
);

test("the page names each option of upload, and no option that no command has", async () => {
  const program = await buildProgram(["--help"], async () => undefined);
  const commands = program.commands.flatMap((command) => [command, ...command.commands]);
  const all = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long)));
  const upload = program.commands.find((command) => command.name() === "upload");
  const shown = (upload?.options ?? []).filter(({ hidden }) => !hidden).map(({ long }) => long);
  const prose = PAGE.replaceAll(/^ {4}.*$/gm, "");
  const named = new Set([...prose.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([name]) => name));
  expect(shown.filter((name) => !named.has(name ?? ""))).toEqual([]);
  expect([...named].filter((name) => !all.has(name) && !["--help", "--option"].includes(name))).toEqual([]);
});
