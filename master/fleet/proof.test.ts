import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { provenFolder } from "./proof.ts";

const PROOF = "0123456789abcdef0123456789abcdef";
let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "handover-"));
  folder = join(root, "slave");
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, "proof"), PROOF);
});
afterEach(() => rm(root, { recursive: true }));

describe("a slave's handover folder", () => {
  test("is used when its proof reads as the slave said", async () => {
    expect(await provenFolder({ folder, proof: PROOF })).toBe(folder);
  });

  test("is not used without an offer, or with another proof", async () => {
    expect(await provenFolder(undefined)).toBeUndefined();
    expect(await provenFolder({ folder, proof: "f".repeat(32) })).toBeUndefined();
  });

  test("is not used when it cannot be found, or not from everywhere", async () => {
    expect(await provenFolder({ folder: join(root, "other"), proof: PROOF })).toBeUndefined();
    expect(await provenFolder({ folder: relative(process.cwd(), folder), proof: PROOF })).toBeUndefined();
  });

  test("is not used when others of this machine may look into it", async () => {
    await chmod(folder, 0o750);
    expect(await provenFolder({ folder, proof: PROOF })).toBeUndefined();
  });

  test("is not used through links, of itself or of its proof", async () => {
    await symlink(folder, join(root, "link"));
    expect(await provenFolder({ folder: join(root, "link"), proof: PROOF })).toBeUndefined();
    await rm(join(folder, "proof"));
    await writeFile(join(root, "elsewhere"), PROOF);
    await symlink(join(root, "elsewhere"), join(folder, "proof"));
    expect(await provenFolder({ folder, proof: PROOF })).toBeUndefined();
  });
});
