import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

test("a package without its examples says what is missing, and starts nothing: exit 1", async () => {
  const folder = await mkdtemp(join(tmpdir(), "manyhands-package-"));
  try {
    for (const part of ["dist", "package.json"])
      await cp(join(ROOT, part), join(folder, part), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const demo = promisify(execFile)(process.execPath, [join(folder, "dist/cli/main.js"), "demo"]);
    await expect(demo).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("The sample file examples/files/demo.json is missing."),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
