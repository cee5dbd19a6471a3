import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runCli } from "../../tests/standin/runCli.ts";

/** What bash offers for the last of these words. */
async function offered(script: string, ...words: string[]): Promise<string[]> {
  const program = `${script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _manyhands; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["-c", program, "bash", "manyhands", ...words]);
  return stdout.trim().split("\n");
}

test("bash completes commands, commands below them, options and their values", async () => {
  const { code, stdout: script } = await runCli(["completion", "bash"]);
  expect(code).toBe(0);
  expect(await offered(script, "sl")).toEqual(["slaves", "slave"]);
  expect(await offered(script, "jobs", "re")).toEqual(["retry", "results"]);
  expect(await offered(script, "jobs", "list", "--st")).toEqual(["--state"]);
  expect(await offered(script, "jobs", "--limit", "5", "--out")).toEqual(["--output"]);
  expect(await offered(script, "jobs", "list", "--state", "p")).toEqual(["partial"]);
  expect(await offered(script, "slaves", "--output", "")).toEqual(["table", "json", "ndjson", "csv"]);
  expect(await offered(script, "completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  expect(await offered(script, "upload", "text", "no-such-prefix")).toEqual([""]);
});

test("zsh and fish get scripts of their own", async () => {
  expect((await runCli(["completion", "zsh"])).stdout).toMatch(/^#compdef manyhands\n/);
  const { stdout: fish } = await runCli(["completion", "fish"]);
  expect(fish).toContain("complete -c manyhands -n '__fish_use_subcommand' -f -a 'upload' -d 'send files");
  expect(fish).toMatch(
    /-n '__fish_seen_subcommand_from jobs; and __fish_seen_subcommand_from list' -l state -x -a 'queued /,
  );
  expect((await runCli(["completion", "tcsh"])).code).toBe(2);
});
