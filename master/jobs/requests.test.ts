import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { specDigest } from "./requests.ts";

const task = taskNamed("text");

function filesOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    index,
    key: `key-${index}`,
    filename: `"${index}".txt`,
    path: index % 2 === 0 ? undefined : `folder/"${index}".txt`,
    bytes: index,
    sha256: "0".repeat(64),
  }));
}

test.each([0, 1, 499, 500, 501, 1_700])(
  "the digest of a request of %i files is that of its JSON",
  async (count) => {
    const spec = { id: "any", task, options: { language: "en" }, budgets: undefined, files: filesOf(count) };
    const contents = spec.files.map(({ filename, bytes, sha256, path }) => [
      filename,
      bytes,
      sha256,
      ...(path === undefined ? [] : [path]),
    ]);
    const digestOf = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
    expect(await specDigest({ ...spec, priority: 1 })).toBe(digestOf(["text", spec.options, contents]));
    expect(await specDigest({ ...spec, priority: 3, budgets: { running: 5 } })).toBe(
      digestOf(["text", spec.options, contents, { running: 5 }, { priority: 3 }]),
    );
  },
);
