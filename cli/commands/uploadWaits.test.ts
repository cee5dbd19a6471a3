import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { freePort } from "../../tests/fixtures/freePort.ts";
import { CliFolder } from "../../tests/standin/cliFolder.ts";
import { problem, type StandInMaster, startStandInMaster } from "../../tests/standin/master.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
  await folder.files({ "a.txt": "one" });
});

afterEach(() => folder.close());

const SILENT: SlaveView = {
  ...{ id: "s1", name: "pc-b", address: "10.66.0.13:3000", state: "pending", classic: false },
  ...{ slots: 1, busy: 0, waiting: 0, tasks: ["text"], done: 0, failed: 0 },
};

test("upload waits for a slave, says so and how to start one, and sends when it is there", async () => {
  const { jobs } = await folder.standIn({ isReady: notBefore(4) });
  const { code, stderr } = await folder.run(["upload", "text", "a.txt"]);
  expect(code).toBe(0);
  expect(stderr).toBe("waiting for a slave: start one with manyhands slave\nsending 1 file, 3 bytes\n");
  expect(jobs).toHaveLength(1);
});

test("with --json and --quiet the wait changes nothing on standard output", async () => {
  await folder.standIn({ isReady: notBefore(2) });
  const { code, stdout, stderr } = await folder.run(["upload", "text", "a.txt", "--json", "--quiet"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ state: "succeeded" });
});

test("no slave within --wait-for-slaves: exit 3, before anything is sent", async () => {
  const { jobs, requests } = await folder.standIn({ isReady: () => false });
  const { code, stderr } = await folder.run(["upload", "text", "a.txt", "--wait-for-slaves", "0.5"]);
  expect(code).toBe(3);
  expect(stderr).toContain("No slave is running, and none came within 0.5 seconds.");
  expect(stderr).toContain("Start one with manyhands slave.");
  expect([jobs.length, requests.includes("POST /assign_task")]).toEqual([0, false]);
});

test("--wait-for-slaves 0 does not wait; the code is for programs", async () => {
  await folder.standIn({ isReady: () => false });
  const { code, stdout } = await folder.run(["upload", "text", "a.txt", "--wait-for-slaves", "0", "--json"]);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ code: "no_slaves", error: "No slave is running." });
});

test("slaves that do not answer their master are named", async () => {
  await folder.standIn({ isReady: () => false, slaves: [SILENT] });
  const { stderr } = await folder.run(["upload", "text", "a.txt", "--wait-for-slaves", "0"]);
  expect(stderr).toContain(
    "Of 1 registered slave, none answers the master: pc-b (10.66.0.13:3000) is pending.",
  );
});

test("a master that refuses for want of slaves is shown with the command line's own hint", async () => {
  const hint = "Send it with `Prefer: respond-async`.";
  await folder.standIn({ upload: problem(503, "no_slaves", "No slaves available", { hint }) });
  const { code, stderr } = await folder.run(["upload", "text", "a.txt"]);
  expect(code).toBe(3);
  expect(stderr).not.toContain("Prefer");
  expect(stderr).toContain("Start one with manyhands slave.");
});

test("upload waits for a master that is just starting", async () => {
  const port = await freePort();
  let master: Promise<StandInMaster> | undefined;
  const { code, stderr } = await folder.run(["upload", "text", "a.txt"], {
    env: { MASTER_URL: `127.0.0.1:${port}` },
    onStart: (child) =>
      child.stderr?.once("data", () => {
        master = startStandInMaster({ port });
      }),
  });
  expect(stderr).toContain(`waiting for a master: nothing answers at http://127.0.0.1:${port} yet\n`);
  expect(code).toBe(0);
  await (await master)?.close();
});

/** True from the call of this number on. */
function notBefore(call: number): () => boolean {
  let calls = 0;
  return () => {
    calls += 1;
    return calls >= call;
  };
}
