import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { frames, HANDED, handoverOf, IN, leftOf, post, units } from "../../tests/fixtures/slave/lease.ts";
import { form, jsonOf, type startTestSlave as Start } from "../../tests/fixtures/slave/start.ts";

/** Answers in frames, and files that are handed over. */
export function framesContract(startTestSlave: typeof Start): void {
  describe("frames", () => {
    it("begin each unit, carry its bytes with their digest, and end", async () => {
      const { url } = await startTestSlave();
      const data = form(
        ["files", "hello", "ä.txt"],
        ["step", "echo"],
        ["units", units("job/main/7")],
        ["task_type", "odd"],
      );
      const response = await post(url, data, FRAMES_TYPE);
      expect(response.headers.get("content-type")).toBe(FRAMES_TYPE);
      expect(await frames(response)).toEqual([
        { header: { type: "start", unit: "job/main/7" }, body: "" },
        {
          header: {
            type: "part",
            unit: "job/main/7",
            filename: "ä.txt",
            bytes: 5,
            sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            seconds: expect.any(Number),
            summary: "echo of ä.txt",
          },
          body: "hello",
        },
        { header: { type: "end", units: 1 }, body: "" },
      ]);
    });

    it("let several units share a file and give each its own arguments", async () => {
      const { url } = await startTestSlave();
      const list = [10, 20_000_000].map((bytes, i) => ({ id: `u${i}`, files: [0], args: { bytes } }));
      const data = form(
        ["task_type", "odd"],
        ["step", "bytes"],
        ["units", JSON.stringify(list)],
        ["files", "x", "a"],
      );
      const parts = (await frames(await post(url, data, FRAMES_TYPE))).filter(
        ({ header }) => header.type === "part",
      );
      expect(parts.map(({ body }) => body.length)).toEqual([10, 20_000_000]);
    });

    it("carry the first ten warnings of a step, cut to the length that a master accepts", async () => {
      const { url } = await startTestSlave();
      const data = form(["task_type", "odd"], ["step", "warn"], ["units", units("u")], ["files", "x", "a"]);
      const [, part] = (await frames(await post(url, data, FRAMES_TYPE))).map(({ header }) => header);
      if (part?.type !== "part" || part.warnings === undefined) throw new Error("no warnings came");
      expect(part.warnings).toHaveLength(10);
      expect(part.warnings[0]).toEqual({
        code: "classic_options",
        message: expect.stringMatching(/^odd: x+…$/),
      });
      expect(part.warnings[0]?.message).toHaveLength(400);
    });

    it("let a unit of several files run for a budget of each", async () => {
      const { url } = await startTestSlave();
      const args = { ms: 1_500 };
      const list = [
        { id: "one", files: [0], args },
        { id: "several", files: [0, 1, 2], args, file_budgets: 30 },
      ];
      const data = form(
        ["task_type", "odd"],
        ["step", "sleep"],
        ["budgets", '{"running":1}'],
        ["units", JSON.stringify(list)],
        ...["a", "b", "c"].map((name) => ["files", name, name] as const),
      );
      const seen = (await frames(await post(url, data, FRAMES_TYPE))).map(({ header }) => header);
      expect(seen).toContainEqual(
        expect.objectContaining({ type: "failed", unit: "one", code: "timed_out" }),
      );
      expect(seen).toContainEqual(expect.objectContaining({ type: "part", unit: "several" }));
    });

    it("say of a failed unit whether its child ended, and go on with the others", async () => {
      const { url } = await startTestSlave();
      const args = [{ id: "u0", files: [0], args: { code: 3 } }];
      const crash = form(
        ["task_type", "odd"],
        ["step", "exit"],
        ["units", JSON.stringify(args)],
        ["files", "x", "a"],
      );
      const seen = (await frames(await post(url, crash, FRAMES_TYPE))).map(({ header }) => header);
      expect(seen).toContainEqual(
        expect.objectContaining({
          type: "failed",
          unit: "u0",
          filename: "a",
          code: "child_crashed",
          child_ended: true,
        }),
      );
      expect(seen.at(-1)).toEqual({ type: "end", units: 1 });
    });
  });

  describe("a lease by handover", () => {
    const handedOver = (bytes: number, step: string) =>
      form(
        ["task_type", "odd"],
        ["step", step],
        ["handover", JSON.stringify({ files: { 0: { ...HANDED, filename: "a.bin", bytes } } })],
      );

    it("moves its file out of the folder, and a large result into it", async () => {
      const { url, dataDir } = await startTestSlave();
      const folder = await handoverOf(dataDir);
      const body = Buffer.alloc(100_000, "abc");
      await writeFile(join(folder, IN), body);
      const seen = await frames(await post(url, handedOver(body.length, "echo"), FRAMES_TYPE));
      const part = seen.find(({ header }) => header.type === "part");
      expect(part?.body).toHaveLength(0);
      expect(part?.header).toMatchObject({ filename: "a.bin", bytes: 100_000, handover: expect.any(String) });
      const { handover = "" } = (part?.header ?? {}) as { handover?: string };
      expect((await readdir(folder)).sort()).toEqual([handover, "proof"].sort());
      expect(await readFile(join(folder, handover))).toEqual(body);
      await expect.poll(leftOf(dataDir)).toEqual([]);
    });

    it("sends small results as ever", async () => {
      const { url, dataDir } = await startTestSlave();
      await writeFile(join(await handoverOf(dataDir), IN), "small");
      const seen = await frames(await post(url, handedOver(5, "echo"), FRAMES_TYPE));
      expect(seen.find(({ header }) => header.type === "part")?.body).toBe("small");
    });

    it("of a master that leaves leaves nothing in the folder", async () => {
      const { url, dataDir } = await startTestSlave();
      const folder = await handoverOf(dataDir);
      const leave = new AbortController();
      await writeFile(join(folder, IN), "x");
      const data = handedOver(1, "bytes");
      data.append(
        "units",
        JSON.stringify([0, 60_000].map((ms) => ({ id: `u${ms}`, files: [0], args: { bytes: 100_000, ms } }))),
      );
      const answer = await post(url, data, FRAMES_TYPE, { signal: leave.signal });
      await expect.poll(async () => (await readdir(folder)).toString()).toMatch(/out-/);
      leave.abort();
      await expect(answer.arrayBuffer()).rejects.toThrow();
      await expect.poll(() => readdir(folder)).toEqual(["proof"]);
    });

    it("is refused where nothing is handed over", async () => {
      const { url } = await startTestSlave({ HANDOVER: "false" });
      const response = await post(url, handedOver(1, "echo"), FRAMES_TYPE);
      expect([response.status, (await jsonOf(response)).code]).toEqual([400, "bad_handover"]);
    });
  });
}
