import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { jobView } from "../../tests/standin/cliFolder.ts";
import { type StandInMaster, startStandInMaster } from "../../tests/standin/master.ts";
import { runCli } from "../../tests/standin/runCli.ts";

let master: StandInMaster;

beforeAll(async () => {
  master = await startStandInMaster({ jobs: [JOB], slaves: [SLAVE] });
});

afterAll(async () => {
  await master.close();
});

const JOB = jobView({
  warnings: [{ code: "empty_vector", message: "It is empty.", count: 1, files: [2] }],
});
const SLAVE: SlaveView = {
  id: "s1",
  name: "evil\u001b[2J",
  address: "10.0.0.7:3000",
  connect: "direct",
  state: "alive",
  classic: false,
  version: "0.1.0",
  slots: 4,
  busy: 1,
  waiting: 3,
  tasks: ["text", "ocr"],
  done: 12,
  failed: 0,
  memory: 3 * 2 ** 20,
};

async function ask(...args: string[]): Promise<{ readonly code: number | null; readonly lines: string[] }> {
  const { code, stdout } = await runCli([...args, "--master", master.url], { env: { TZ: "UTC" } });
  return { code, lines: stdout.split("\n") };
}

test("jobs, one job, slaves and tasks are shown as tables and as JSON", async () => {
  expect(await ask("jobs")).toEqual({
    code: 0,
    lines: [
      "JOB   TASK  NAME              STATE    DONE  FAILED  CREATED              NOTE",
      "JOB1  text  a.txt and 2 more  partial  2/3   1       2026-01-02 03:04:05",
      "",
    ],
  });
  expect((await ask("jobs", "JOB1")).lines.slice(0, 3)).toEqual([
    "job JOB1  text  partial  a.txt and 2 more",
    "2 of 3 files done, 1 failed",
    "warning: 1 of 3 files: It is empty. (empty_vector)",
  ]);
  expect((await ask("slaves")).lines.slice(0, 2)).toEqual([
    "SLAVE        ADDRESS        CONNECT  STATE  BUSY  WAITING  DONE  UNFINISHED  MEMORY  VERSION  NOTE  TASKS",
    "evil\\x1b[2J  10.0.0.7:3000  direct   alive  1/4   3        12    0           3.0 MB  0.1.0          text ocr",
  ]);
  expect((await ask("tasks")).lines.slice(0, 2)).toEqual([
    "TASK   FIELD   SAVED AS     WHAT IT DOES",
    "text   texts   <name>.json  Does text.",
  ]);
  expect((await ask("tasks", "text")).lines.slice(-3, -1)).toEqual([
    "OPTION   DEFAULT  VALUES  MEANING",
    'flavour  "plain"  string',
  ]);
  expect((await ask("slaves", "list", "--output", "csv")).lines[1]).toBe(
    "s1,evil\\x1b[2J,10.0.0.7:3000,alive,0.1.0,false,4,1,3,12,0,,3145728,,text ocr,,direct",
  );
  expect((await ask("tasks", "--output", "csv")).lines[1]).toBe(
    "text,text,texts,.txt,<name>.json,Does text.",
  );
  expect((await ask("tasks", "text", "--output", "ndjson")).lines).toEqual([
    '{"name":"flavour","type":"string","default":"plain"}',
    "",
  ]);
  expect(JSON.parse((await ask("jobs", "--json")).lines.join("\n"))).toEqual({ jobs: [JOB] });
  expect(JSON.parse((await ask("slaves", "--json")).lines.join("\n"))).toEqual({ slaves: [SLAVE] });
});

test("what is not there: exit 2", async () => {
  expect((await ask("jobs", "NOSUCH")).code).toBe(2);
  expect((await ask("tasks", "nosuch")).code).toBe(2);
  expect((await ask("jobs", "--state", "odd")).code).toBe(2);
});
