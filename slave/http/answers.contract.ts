import { describe, expect, it } from "vitest";
import { NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { post } from "../../tests/fixtures/slave/lease.ts";
import { form, jsonOf, type startTestSlave as Start } from "../../tests/fixtures/slave/start.ts";

/** Answers of `POST /get_task` that are not frames. */
export function answersContract(startTestSlave: typeof Start): void {
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
}
