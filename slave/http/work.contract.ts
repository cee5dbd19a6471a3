import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { frames, leftOf, post } from "../../tests/fixtures/slave/lease.ts";
import { form, jsonOf, type startTestSlave as Start } from "../../tests/fixtures/slave/start.ts";

/** What a slave does with its work and its room. */
export function workContract(startTestSlave: typeof Start): void {
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
