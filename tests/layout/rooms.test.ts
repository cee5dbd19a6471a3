import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const ROOMS = ["master", "slave", "cli", "shared"];

/** Specifiers of all imports in a text: of values and types, at the top or within, and of what is exported on. */
function importsIn(code: string): string[] {
  const statics = code.matchAll(/^(?:import|export)\b[^;"'`]*?\bfrom\s+"([^"]+)"/gms);
  const bare = code.matchAll(/^import\s+"([^"]+)"/gm);
  const within = code.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g);
  return [...statics, ...bare, ...within].map((match) => match[1] ?? "");
}

/** Imports of a file that lead from its room into one that it must not know. */
function forbiddenIn(file: string, code: string): string[] {
  const [room] = file.split("/");
  return importsIn(code)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => normalize(join(file, "..", specifier)))
    .filter((path) => {
      const [other = ""] = path.split("/");
      return ROOMS.includes(other) && other !== room && other !== "shared";
    });
}

const FILES = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts"], {
  cwd: ROOT,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => ROOMS.includes(file.split("/")[0] ?? ""));

test("master, slave and cli import shared only, and shared imports none of them, in tests, too", () => {
  const forbidden = FILES.flatMap((file) =>
    forbiddenIn(file, readFileSync(join(ROOT, file), "utf8")).map((path) => `${file} imports ${path}`),
  );
  expect(forbidden).toEqual([]);
  expect(FILES.length).toBeGreaterThan(300);
});

test.each([
  ["slave/pool/pool.ts", 'import { x } from "../../master/queue/port.ts";'],
  ["slave/app.ts", 'import type {\n  Job,\n  Lease,\n} from "../master/queue/port.ts";'],
  ["slave/app.ts", 'export { x } from "../master/app.ts";'],
  ["slave/app.ts", 'type Store = import("../master/store/port.ts").ByteStore;'],
  ["master/http/openapi/document.ts", 'const { x } = await import("../../../slave/app.ts");'],
  ["shared/tasks/image/index.ts", 'import "../../../cli/main.ts";'],
  ["cli/commands/run.ts", 'import { x } from "./../../master/app.ts";'],
])("an import that must not be is found: %s has %j", (file, code) => {
  expect(forbiddenIn(file, code)).toHaveLength(1);
});

test.each([
  ["slave/app.ts", 'import { x } from "../shared/errors.ts";'],
  ["master/slave/registry.ts", 'import { x } from "./slave.ts";'],
  ["shared/contract/lease.ts", 'import { z } from "zod";'],
])("an import that may be is let through: %s has %j", (file, code) => {
  expect(forbiddenIn(file, code)).toEqual([]);
});
