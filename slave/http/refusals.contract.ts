import { describe, expect, it } from "vitest";
import { FRAMES_TYPE } from "../../shared/contract/fleet.ts";
import { HANDED, leftOf, post, units } from "../../tests/fixtures/slave/lease.ts";
import { form, jsonOf, type startTestSlave as Start } from "../../tests/fixtures/slave/start.ts";

/** Requests that cannot be understood. */
export function refusalsContract(startTestSlave: typeof Start): void {
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
}

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
