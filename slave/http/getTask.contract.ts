import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { ReadableStream } from "node:stream/web";
import { afterEach, describe, expect, it } from "vitest";
import { FRAMES_TYPE, type FrameHeader, NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { readFrames } from "../../shared/contract/frames.ts";
import {
  form,
  jsonOf,
  type startTestSlave as Start,
  stopTestSlaves,
} from "../../tests/fixtures/slave/start.ts";

async function post(url: string, body: FormData, accept = "*/*", init: RequestInit = {}) {
  return await fetch(`${url}/get_task`, { method: "POST", body, headers: { accept }, ...init });
}

async function frames(response: Response) {
  const seen: { header: FrameHeader; body: string }[] = [];
  const stream = Readable.fromWeb(response.body as ReadableStream);
  for await (const batch of readFrames(stream)) {
    for (const { header, whole, body } of batch)
      if (header.type !== "beat") seen.push({ header, body: await text(Readable.from(body ?? [whole])) });
  }
  return seen;
}

const units = (...ids: string[]) => JSON.stringify(ids.map((id, index) => ({ id, files: [index] })));
const IN = `in-${"a".repeat(32)}`;
const HANDED = { filename: "a", name: IN, bytes: 32, sha256: "b".repeat(64) };
const handoverOf = async (dataDir: string) => {
  const [folder = ""] = await readdir(dataDir);
  return join(dataDir, folder, "handover");
};
const leftOf = (dataDir: string) => async () => {
  const [folder = ""] = await readdir(dataDir);
  return await readdir(join(dataDir, folder, "leases"));
};

/** What `POST /get_task` answers, whichever way a request comes to the slave. */
export function leaseContract(startTestSlave: typeof Start): void {
  afterEach(stopTestSlaves);

  describe("plain JSON", () => {
    it("has a result for each file, in the order of the upload", async () => {
      const { url } = await startTestSlave({ SLAVE_SLOTS: "2" });
      const files = Array.from({ length: 30 }, (_, i) => ["files", `body ${i}`, `${i}.txt`] as const);
      const response = await post(url, form(...files, ["task_type", "odd"]));
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await jsonOf(response)).toEqual({
        results: files.map(([, body, filename]) => ({
          filename,
          test_data: Buffer.from(body).toString("base64"),
        })),
      });
    });

    it("is one line of JSON, byte for byte", async () => {
      const { url } = await startTestSlave();
      const response = await post(url, form(["task_type", "odd"], ["files", "hello", "a.txt"]));
      expect(await response.text()).toBe('{"results":[{"filename":"a.txt","test_data":"aGVsbG8="}]}\n');
    });

    it("runs tasks of several maps over all files", async () => {
      const { url } = await startTestSlave();
      const response = await post(
        url,
        form(["task_type", "total"], ["files", "abc", "a"], ["files", "defgh", "b"]),
      );
      const { results } = await jsonOf(response);
      const sums = results.map(
        (r: { test_data: string }) => JSON.parse(Buffer.from(r.test_data, "base64").toString()).sum,
      );
      expect(sums).toEqual([8, 8]);
    });

    it("carries results larger than memory is meant for, from files", async () => {
      const { url } = await startTestSlave({ SMALL_FILE: "1KB" });
      const body = "0123456789".repeat(200_001);
      const response = await post(url, form(["task_type", "odd"], ["files", body, "a"]));
      const { results } = await jsonOf(response);
      expect(Buffer.from(results[0].test_data, "base64").toString()).toBe(body);
    });

    it("leaves failed files out of the results and says why beside them", async () => {
      const { url } = await startTestSlave();
      const response = await post(
        url,
        form(["task_type", "picky"], ["files", "good", "a"], ["files", "bad", "x/b"]),
      );
      expect(await jsonOf(response)).toEqual({
        results: [{ filename: "a", test_data: "Z29vZA==" }],
        errors: [{ filename: "b", code: "corrupt_file", error: "This file is broken." }],
      });
    });
  });

  describe("a request that cannot be understood", () => {
    it.each([
      [
        "an unknown task",
        [
          ["task_type", "video"],
          ["files", "x", "a"],
        ],
        "unknown_task",
        "Unknown task type: video",
      ],
      ["no file", [["task_type", "odd"]], "no_files", "No test files provided"],
      [
        "a file in another field",
        [
          ["task_type", "odd"],
          ["images", "x", "a"],
        ],
        "no_files",
        "No test files provided",
      ],
      [
        "an unknown step",
        [
          ["task_type", "odd"],
          ["step", "dance"],
          ["files", "x", "a"],
        ],
        "unknown_step",
        "The task odd has no step dance.",
      ],
      [
        "options that are no JSON",
        [
          ["task_type", "odd"],
          ["options", "{"],
          ["files", "x", "a"],
        ],
        "bad_options",
        "The field options is not JSON.",
      ],
      [
        "wrong options",
        [
          ["task_type", "odd"],
          ["options", '{"loud":1}'],
          ["files", "x", "a"],
        ],
        "bad_options",
        "options.loud must be true or false, it is 1.",
      ],
      [
        "units that name no file",
        [
          ["task_type", "odd"],
          ["units", units("a", "b")],
          ["files", "x", "a"],
        ],
        "bad_units",
        /no file 1/,
      ],
      [
        "a handover that is no JSON",
        [
          ["task_type", "odd"],
          ["handover", "{"],
          ["files", "x", "a"],
        ],
        "bad_handover",
        "The field handover cannot be used.",
      ],
      ...badHandovers(),
      [
        "two units of one id",
        [
          ["task_type", "odd"],
          ["units", '[{"id":"u","files":[0]},{"id":"u","files":[0]}]'],
          ["files", "x", "a"],
        ],
        "bad_units",
        /one id/,
      ],
    ] as const)("by %s gets 400 with a code and a sentence", async (...[_what, parts, code, error]) => {
      const { url, dataDir } = await startTestSlave();
      const response = await post(url, form(...parts));
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      const body = await jsonOf(response);
      expect(body).toMatchObject({ status: 400, code, error: expect.any(String) });
      if (typeof error === "string") expect(body.error).toBe(error);
      else expect(body.error).toMatch(error);
      await expect.poll(leftOf(dataDir)).toEqual([]);
    });

    it("by a step's version that it does not have gets 409", async () => {
      const { url } = await startTestSlave();
      const data = form(
        ["task_type", "total"],
        ["step", "measure"],
        ["step_version", "2"],
        ["files", "x", "a"],
      );
      const response = await post(url, data);
      expect([response.status, (await jsonOf(response)).code]).toEqual([409, "step_version_mismatch"]);
    });

    it("because several steps are possible gets 400 no_step, for frames only", async () => {
      const { url } = await startTestSlave();
      const response = await post(url, form(["task_type", "total"], ["files", "x", "a"]), FRAMES_TYPE);
      expect([response.status, (await jsonOf(response)).code]).toEqual([400, "no_step"]);
    });
  });

  describe("lines", () => {
    it("tell of each unit, done or failed", async () => {
      const { url } = await startTestSlave();
      const data = form(["files", "good", "a"], ["files", "bad", "b"], ["task_type", "picky"]);
      const lines = (await (await post(url, data, NDJSON_TYPE)).text()).split("\n").filter(Boolean);
      expect(lines.map((line) => JSON.parse(line)).sort((a, b) => a.unit - b.unit)).toEqual([
        { unit: "0", filename: "a", test_data: "Z29vZA==" },
        { unit: "1", filename: "b", code: "corrupt_file", error: "This file is broken." },
      ]);
    });

    it("refuse a result that is too large for a line", async () => {
      const { url } = await startTestSlave();
      const args = JSON.stringify([{ id: "u", files: [0], args: { bytes: 17 * 2 ** 20 } }]);
      const data = form(["task_type", "odd"], ["step", "bytes"], ["units", args], ["files", "x", "a"]);
      expect(await jsonOf(await post(url, data, NDJSON_TYPE))).toMatchObject({
        unit: "u",
        code: "result_too_large",
      });
    });
  });

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

  describe("a slave", () => {
    it("that is full answers 429 with Retry-After, and an idle one takes any size", async () => {
      const { url } = await startTestSlave({ SLAVE_MAX_UNITS: "2" });
      const leave = new AbortController();
      const many = form(
        ["task_type", "odd"],
        ["step", "sleep"],
        ["units", JSON.stringify([0, 1, 2].map((i) => ({ id: `u${i}`, files: [0], args: { ms: 60_000 } })))],
        ["files", "x", "a"],
      );
      const first = await post(url, many, FRAMES_TYPE, { signal: leave.signal });
      expect(first.status).toBe(200);
      const second = await post(url, form(["task_type", "odd"], ["files", "x", "a"]));
      expect([second.status, second.headers.get("retry-after")]).toEqual([429, "1"]);
      expect(await jsonOf(second)).toMatchObject({ code: "slave_full" });
      leave.abort();
    });

    it.each([["spin"], ["sleep"]])(
      "ends a %sing unit when the client leaves, and forgets what waits",
      async (step) => {
        const { url, dataDir } = await startTestSlave();
        const leave = new AbortController();
        const list = [0, 1, 2].map((i) => ({ id: `u${i}`, files: [0], args: { ms: 60_000 } }));
        const data = form(
          ["task_type", "odd"],
          ["step", step],
          ["units", JSON.stringify(list)],
          ["files", "x", "a"],
        );
        const status = async () => await jsonOf(await fetch(`${url}/check_status`));
        const answer = await post(url, data, FRAMES_TYPE, { signal: leave.signal });
        await expect.poll(status).toMatchObject({ busy: 1, waiting: 2 });
        leave.abort();
        // Held until here: fetch closes the connection of an answer that is collected.
        await expect(answer.arrayBuffer()).rejects.toThrow();
        await expect.poll(status).toMatchObject({ busy: 0, waiting: 0 });
        await expect.poll(leftOf(dataDir)).toEqual([]);
        expect((await post(url, form(["task_type", "odd"], ["files", "x", "a"]))).status).toBe(200);
      },
    );

    it("leaves nothing behind when the client leaves in the middle of its upload", async () => {
      const { port, dataDir } = await startTestSlave({ SMALL_FILE: "1KB" });
      const socket = connect(port, "127.0.0.1");
      socket.write(
        "POST /get_task HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999999\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n",
      );
      socket.write(
        `--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n${"x".repeat(50_000)}`,
      );
      await expect.poll(leftOf(dataDir)).toHaveLength(1);
      socket.destroy();
      await expect.poll(leftOf(dataDir)).toEqual([]);
    });

    it("does not run far ahead of a client that does not read", async () => {
      const { url, port } = await startTestSlave();
      const list = Array.from({ length: 40 }, (_, i) => ({
        id: `u${i}`,
        files: [0],
        args: { bytes: 4_000_000 },
      }));
      const data = form(
        ["task_type", "odd"],
        ["step", "bytes"],
        ["units", JSON.stringify(list)],
        ["files", "x", "a"],
      );
      const request = new Request(url, { method: "POST", body: data });
      const body = Buffer.from(await request.arrayBuffer());
      const socket = connect(port, "127.0.0.1").pause();
      await once(socket, "connect");
      socket.write(
        `POST /get_task HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${FRAMES_TYPE}\r\nContent-Length: ${body.length}\r\n` +
          `Content-Type: ${request.headers.get("content-type")}\r\n\r\n`,
      );
      socket.write(body);
      const status = async () => await jsonOf(await fetch(`${url}/check_status`));
      await expect.poll(async () => (await status()).waiting).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect((await status()).waiting).toBeGreaterThan(20);
      socket.destroy();
    });
  });

  it("a unit that finds no room on the slave's disk is handed back as new", async () => {
    const { url } = await startTestSlave();
    const data = form(["task_type", "odd"], ["step", "fillDisk"], ["files", "x", "a"]);
    const seen = (await frames(await post(url, data, FRAMES_TYPE))).map(({ header }) => header);
    expect(seen).toContainEqual(
      expect.objectContaining({ type: "failed", code: "disk_full", handed_back: true }),
    );
  });

  /** Beside one file that is sent. */
  function badHandovers(): [string, [string, string, string?][], string, string][] {
    const unusable = "The field handover cannot be used.";
    const rows: [string, object, string][] = [
      ["by the name of another file", { 0: { ...HANDED, name: "../proof" } }, unusable],
      ["by an index that is not written as a number is", { "00": HANDED }, unusable],
      ["that leaves an index empty", { 2: HANDED }, unusable],
      ["of what is not there", { 0: HANDED }, "a is not in the handover folder as it was said to be."],
    ];
    return rows.map(([what, files, error]) => [
      `a handover ${what}`,
      [
        ["task_type", "odd"],
        ["handover", JSON.stringify({ files })],
        ["files", "x", "b"],
      ],
      "bad_handover",
      error,
    ]);
  }

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

  describe("a slave that is told to stop", () => {
    it("finishes what runs, hands back what waits, and takes nothing new", async () => {
      const slave = await startTestSlave();
      const list = [0, 1, 2].map((i) => ({ id: `u${i}`, files: [0], args: { ms: 1_000 } }));
      const data = form(
        ["task_type", "odd"],
        ["step", "sleep"],
        ["units", JSON.stringify(list)],
        ["files", "x", "a"],
      );
      const response = await post(slave.url, data, FRAMES_TYPE);
      const status = async () => await jsonOf(await fetch(`${slave.url}/check_status`));
      await expect.poll(status).toMatchObject({ busy: 1 });
      const stopped = slave.stop();
      expect(await status()).toMatchObject({ draining: true });
      expect((await post(slave.url, form(["files", "x", "a"]))).status).toBe(503);
      const ends = (await frames(response))
        .map(({ header }) => header)
        .filter((header) => "seconds" in header);
      expect(ends.map((header) => [header.unit, header.type]).sort()).toEqual([
        ["u0", "part"],
        ["u1", "failed"],
        ["u2", "failed"],
      ]);
      expect(ends.filter((header) => "handed_back" in header && header.handed_back)).toHaveLength(2);
      await stopped;
      expect(await readdir(slave.dataDir)).toEqual([]);
    });

    it("hands back what still runs when its time is over", async () => {
      const slave = await startTestSlave({ DRAIN_SECONDS: "0.1" });
      const data = form(["task_type", "odd"], ["step", "spin"], ["files", "x", "a"]);
      const response = await post(slave.url, data, FRAMES_TYPE);
      await slave.stop();
      const seen = (await frames(response)).map(({ header }) => header);
      expect(seen).toContainEqual(
        expect.objectContaining({ type: "failed", code: "handed_back", handed_back: true }),
      );
      expect(seen.at(-1)).toEqual({ type: "end", units: 1 });
    });
  });
}
