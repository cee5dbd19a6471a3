import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { VERSION } from "../../shared/version.ts";
import { CliFolder } from "../../tests/standin/cliFolder.ts";
import type { DoctorFinding } from "../doctor/finding.ts";

let folder: CliFolder;

beforeEach(async () => {
  folder = await CliFolder.make();
});

afterEach(() => folder.close());

const SLAVE: SlaveView = {
  ...{ id: "s1", name: "room", address: "127.0.0.1:3000", state: "alive", classic: false, version: VERSION },
  ...{ slots: 1, busy: 0, waiting: 0, tasks: ["text", "image"], done: 0, failed: 0 },
};
const FREE = { MASTER_PORT: "0", SLAVE_PORT: "0" };

interface Diagnosis {
  readonly code: number | null;
  readonly of: (check: string) => readonly DoctorFinding[];
}

async function doctor(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Diagnosis> {
  const { code, stdout } = await folder.run(["doctor", "--output", "json", ...args], { env });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly DoctorFinding[] };
  return { code, of: (check) => checks.filter((finding) => finding.check === check) };
}

test("doctor finds a healthy fleet ok: exit 0", async () => {
  await folder.standIn({ slaves: [SLAVE] });
  const { code, stdout } = await folder.run(["doctor"], { env: FREE });
  expect(stdout.split("\n").filter((line) => line !== "" && !line.startsWith("ok "))).toEqual([
    "0 problems, 0 warnings",
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain("the master reaches room of this machine at 127.0.0.1:3000");
  expect(stdout).toMatch(/ocr languages {3}.*\beng .*npm install --no-save @tesseract\.js-data\/<code>/);
});

test("doctor names what is wrong on this machine, and what to do: exit 1", async () => {
  await folder.files({ file: "" });
  const other = createServer((_req, res) => res.end("hello")).listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const env = { MASTER_PORT: "0", SLAVE_PORT: String(port), DATA_DIR: "file/data", MIN_FREE_BYTES: "9000TB" };
  const { code, of } = await doctor({ ...env, MASTR_PORT: "1", http_proxy: "http://proxy:3128" });
  other.close();
  expect(code).toBe(1);
  expect(of("data folder")).toMatchObject([
    { state: "problem", remedy: expect.stringContaining("DATA_DIR") },
  ]);
  expect(of("results folder")).toMatchObject([
    { state: "problem", text: expect.stringContaining("MIN_FREE_BYTES") },
  ]);
  // Linux tells which program has a port.
  const owner = process.platform === "linux" ? `(process ${process.pid})` : "another program";
  expect(of("port of a slave")).toMatchObject([{ state: "warning", text: expect.stringContaining(owner) }]);
  expect(of("variables")).toMatchObject([
    { state: "warning", remedy: "Write MASTER_PORT, if that is meant." },
  ]);
  expect(of("proxy")).toMatchObject([
    { state: "warning", remedy: "Add 127.0.0.1 to NO_PROXY (and no_proxy)." },
  ]);
  expect(of("master")).toMatchObject([{ state: "problem", remedy: expect.stringContaining("MASTER_URL") }]);
});

test("doctor tells a wrong token from a master that is not there", async () => {
  await folder.standIn({ token: "right" });
  const { code, of } = await doctor({ ...FREE, CLIENT_TOKEN: "wrong" });
  expect(code).toBe(1);
  expect(of("master")).toMatchObject([{ state: "ok" }]);
  expect(of("token")).toMatchObject([{ state: "problem", remedy: expect.stringContaining("CLIENT_TOKEN") }]);
  expect((await doctor(FREE, "--token", "right")).of("token")).toMatchObject([{ state: "ok" }]);
});

test("doctor says when the master does not reach the slave of this machine", async () => {
  const reason = "the connection timed out";
  await folder.standIn({ slaves: [{ ...SLAVE, state: "pending", tasks: ["text"], reason }] });
  const { code, of } = await doctor(FREE);
  expect(code).toBe(1);
  expect(of("way back")).toMatchObject([
    {
      state: "problem",
      text: `The master does not reach room of this machine at 127.0.0.1:3000: ${reason}`,
      remedy: "Let the firewall of this machine pass port 3000 from the master.",
    },
  ]);
  expect(of("tasks")).toMatchObject([{ state: "warning", text: "No slave that is alive does text, image." }]);
});

test("a configuration that cannot be used is a problem, not a crash", async () => {
  const { code, of } = await doctor({ ...FREE, MASTER_URL: "ftp://x" });
  expect(code).toBe(1);
  expect(of("variables")).toMatchObject([{ state: "problem" }]);
  expect(of("master")).toMatchObject([{ state: "problem" }]);
});
