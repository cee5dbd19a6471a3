import { expect, test } from "vitest";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import { type ReusingJob, reuseKeys } from "./reuseKey.ts";

const text = taskNamed("text");

test("the key follows from task, options and versions, whatever the order of the options", () => {
  const key = keyOf({ options: { language: "de", keywords: 3 } });
  expect(key).toMatch(/^a{16}:[\w-]{16}$/);
  expect(keyOf({ options: { keywords: 3, language: "de" } })).toBe(key);
  expect(keyOf({ options: { keywords: 4, language: "de" } })).not.toBe(key);
  expect(keyOf({ task: taskNamed("audio"), options: { language: "de", keywords: 3 } })).not.toBe(key);
  const newer: TaskDefinition = { ...text, steps: { ...text.steps, merge: { version: 99 } } };
  expect(keyOf({ task: newer, options: { language: "de", keywords: 3 } })).not.toBe(key);
});

test("a step of another task that the task does counts, too", () => {
  const ocr = taskNamed("ocr");
  expect(keyOf({ task: ocr })).not.toBe(keyOf({ task: { ...ocr, borrows: [] } }));
});

test("with JOBS=own each client has keys of its own, with JOBS=all they are the same", () => {
  const [all, own] = (["all", "own"] as const).map((sight) =>
    ["ann", "bob", undefined].map((client) => keyOf({ client }, sight)),
  );
  expect(new Set(all).size).toBe(1);
  expect(new Set([...(own ?? []), ...(all ?? [])]).size).toBe(4);
});

test("no key: cache=off, secret options, tasks over several files", () => {
  expect(keyOf({ cache: "off" })).toBeUndefined();
  expect(keyOf({ cache: "refresh" })).toBe(keyOf({}));
  const document = taskNamed("document");
  expect(keyOf({ task: document, options: document.options.parse({}) })).toBeDefined();
  expect(keyOf({ task: document, options: document.options.parse({ password: "x" }) })).toBeUndefined();
  for (const name of ["mean", "embedding", "train", "predict", "function"])
    expect(keyOf({ task: taskNamed(name) })).toBeUndefined();
});

function keyOf(job: Partial<ReusingJob>, sight: "all" | "own" = "all"): string | undefined {
  return reuseKeys(sight, { task: text, options: {}, ...job })?.({
    filename: "a.txt",
    sha256: "a".repeat(64),
  });
}
