import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type RunningFleet, startFleet, until } from "./fleet.ts";

const ROOT = join(import.meta.dirname, "../..");
const ca = join(ROOT, "tests/fixtures/tls/cert.pem");
let folder: string;
let fleet: RunningFleet;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "manyhands-tls-"));
  fleet = await startFleet({
    TLS_CERT: ca,
    TLS_KEY: join(ROOT, "tests/fixtures/tls/key.pem"),
    FLEET_TOKEN: "fleet-secret",
    CLIENT_TOKEN: "alice:alices-secret,bob:bobs-secret",
  });
}, 60_000);

afterAll(async () => {
  await fleet?.stop();
  await rm(folder, { recursive: true, force: true });
});

it("master, slave and CLI work by HTTPS alone, with named tokens", async () => {
  await fleet.slave({ TLS_CA: ca });
  // A master without TLS_CA does not trust the certificate (see below), so it is started again with it.
  await fleet.master.kill("SIGKILL");
  await fleet.restartMaster({ TLS_CA: ca });
  expect(fleet.master.url).toMatch(/^https:/);
  const slaves = await until("an alive slave", async () => {
    const { slaves } = JSON.parse(await get("/slaves", "bobs-secret")) as { slaves: { state: string }[] };
    return slaves.some((slave) => slave.state === "alive") ? slaves : undefined;
  });
  expect(slaves).toHaveLength(1);
  const note = join(folder, "note.txt");
  await writeFile(note, "What a wonderful day.");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, "dist/cli/main.js"), "upload", "text", note, "--json"],
    {
      cwd: folder,
      env: { MASTER_URL: fleet.master.url, CLIENT_TOKEN: "alice:alices-secret", TLS_CA: ca },
    },
  );
  expect(JSON.parse(stdout)).toMatchObject({ state: "succeeded" });
});

it("a slave that cannot verify the master's certificate does not register", async () => {
  const slave = await fleet.slave();
  await until("its refusal", async () =>
    slave.log.some((line) => line.includes("does not have a trusted certificate")) ? true : undefined,
  );
});

it("a certificate without its key is refused at start", async () => {
  await expect(fleet.slave({ TLS_KEY: ca })).rejects.toThrow("TLS_CERT and TLS_KEY are not a certificate");
  await expect(fleet.slave({ TLS_KEY: "" })).rejects.toThrow("TLS_CERT and TLS_KEY are needed together");
});

/** The body of an answer of the master, whose certificate is verified. */
async function get(path: string, token: string): Promise<string> {
  const cert = await readFile(ca);
  return await new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    request(`${fleet.master.url}${path}`, { ca: cert, headers, agent: false }, (res) => {
      let text = "";
      res.on("data", (chunk) => {
        text += chunk;
      });
      res.on("end", () => resolve(text));
    })
      .once("error", reject)
      .end();
  });
}
