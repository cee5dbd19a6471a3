import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CliFolder, jobView } from "../../tests/standin/cliFolder.ts";
import type { StandInMaster } from "../../tests/standin/master.ts";

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
const JOB = jobView({ state: "running", name: "invoices" });

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

/** A master that tells of one job, and ends the stream. */
function master(): Promise<StandInMaster> {
  const events = `event: job\ndata: ${JSON.stringify(JOB)}\n\nevent: ready\ndata: {}\n\n`;
  return folder.standIn({ jobs: [JOB], results: { "/events": events } });
}

test("without a terminal top prints one picture", async () => {
  await master();
  const { code, stdout } = await folder.run(["top"]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^manyhands {2}http.*\n.*slots busy/)]);
  expect(stdout).toContain("  JOB1  text  invoices  ████████████ 100%");
  expect(JSON.parse((await folder.run(["top", "--output", "json"])).stdout)).toMatchObject({
    jobs: [{ id: "JOB1" }],
  });
});

interface OnTerminal {
  readonly type: (keys: string) => void;
  /** Resolves when the screen shows the text. */
  readonly shows: (text: string) => Promise<void>;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

/** `top` on a terminal of its own, which `script` makes. */
function onTerminal(url: string): OnTerminal {
  const command = `stty rows 20 cols 90; exec '${process.execPath}' '${MAIN}' top --master ${url}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder.path, stdio: "pipe" });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    type: (keys) => void child.stdin.write(keys),
    shows: async (text) => {
      while (!output.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    output: () => output,
    ended,
  };
}

test("on a terminal the arrows choose a job, x asks and cancels it, q gives the terminal back", async () => {
  const { url, requests } = await master();
  const top = onTerminal(url);
  await top.shows("JOB1");
  top.type("x");
  await top.shows("Choose a job with the arrows first.");
  top.type("\x1b[B");
  await top.shows("› JOB1");
  top.type("x");
  await top.shows("Cancel job JOB1? y: yes");
  expect(requests).not.toContain("DELETE /jobs/JOB1");
  top.type("y");
  await top.shows("Job JOB1 is cancelled.");
  expect(requests).toContain("DELETE /jobs/JOB1");
  top.type("q");
  expect(await top.ended).toBe(0);
  expect(top.output()).toContain("\x1b[?1049h\x1b[?25l");
  expect(top.output().trimEnd().endsWith("\x1b[?25h\x1b[?1049l")).toBe(true);
});
