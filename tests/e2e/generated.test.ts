import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import openapiTS, { astToString, type OpenAPITSOptions } from "openapi-typescript";
import ts from "typescript-5";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningFleet, startFleet } from "./fleet.ts";

const ROOT = join(import.meta.dirname, "../..");
const run = promisify(execFile);

let fleet: RunningFleet;
let folder: string;

beforeAll(async () => {
  fleet = await startFleet();
  await fleet.slave();
  await fleet.alive(1);
  folder = await mkdtemp(join(tmpdir(), "manyhands-generated-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  await copyFile(join(ROOT, "tests/fixtures/openapi/client.ts"), join(folder, "client.ts"));
}, 60_000);

afterAll(async () => {
  await fleet?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** As its documentation shows it: files are blobs in the types of a client. */
const BLOB = ts.factory.createTypeReferenceNode("Blob");
const OPTIONS: OpenAPITSOptions = {
  transform: ({ format }) => (format === "binary" ? BLOB : undefined),
};

test("a strict client of a stranger compiles against the generated types, and works", async () => {
  const types = await openapiTS(new URL(`${fleet.master.url}/openapi.json`), OPTIONS);
  await writeFile(join(folder, "api.ts"), astToString(types));
  const flags = ["--strict", "--noEmit", "--target", "es2023", "--module", "nodenext", "--types", "node"];
  const more = ["--lib", "es2023,dom,dom.iterable", "--allowImportingTsExtensions", "--skipLibCheck"];
  const compiled = await run(bin("tsc"), [...flags, ...more, "client.ts"], { cwd: folder }).catch(
    (error: { stdout: string }) => error,
  );
  expect(compiled.stdout).toBe("");
  const { stdout } = await run(bin("tsx"), ["client.ts", fleet.master.url], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({
    state: "succeeded",
    same: [true, true, true],
    compound: [["bad.txt", true]],
    keywords: [expect.any(Number)],
    codes: ["no_file_done", "no_such_job", "no_task"],
    firstFailed: "wrong_type",
    measured: true,
  });
}, 120_000);

function bin(name: string): string {
  return join(ROOT, "node_modules/.bin", name);
}
