import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { processHere } from "./inProcess.ts";
import { TASKS, taskNamed } from "./registry.ts";
import { resultHead } from "./result.ts";

const FIXTURES = join(import.meta.dirname, "../../tests/fixtures");

type Case = readonly [task: string, file: string, names: readonly [string, string], options: object];

/** The same bytes under two names that `reuse` does not tell apart. */
const CASES: readonly Case[] = [
  ["image", "classic/inputs/words.png", ["a.png", 'Zwei "b".txt'], {}],
  ["text", "text/japanese-shift_jis.txt", ["a.txt", "ドキュメント.md"], {}],
  ["audio", "audio/tagged.wav", ["a.wav", "b"], {}],
  ["document", "document/three-pages.pdf", ["a.pdf", "other name.PDF"], {}],
  ["document", "document/comments.docx", ["a.docx", "b.docx"], { format: "markdown" }],
  ["ocr", "classic/inputs/words.png", ["a.png", "b.jpg"], {}],
  ["ocr", "ocr/two-pages.tiff", ["a.tiff", "b.tiff"], {}],
  ["ocr", "classic/inputs/words.png", ["a.png", "b.jpg"], { output: "text" }],
  ["ocr", "classic/inputs/words.png", ["a.png", "b.jpg"], { output: "tsv" }],
  ["ocr", "classic/inputs/words.png", ["a.png", "b.jpg"], { output: "pdf" }],
];

describe("a result that is taken for another file is the one that a slave would make", () => {
  test.each(CASES)("%s of %s as %j", async (name, path, [first, second], given) => {
    const task = taskNamed(name);
    const options = task.options.parse(given);
    expect(task.reuse?.(first, options)).toBe(task.reuse?.(second, options));
    const body = await readFile(join(FIXTURES, path));
    const one = await resultOf(name, { filename: first, body }, given);
    const other = await resultOf(name, { filename: second, body }, given);
    if (task.resultType(options) !== "application/json") return expect(one.equals(other)).toBe(true);
    const [head, wanted] = [first, second].map((filename) => Buffer.from(resultHead(task, filename)));
    if (head === undefined || wanted === undefined) throw new Error("there are two names");
    expect(one.subarray(0, head.length).toString()).toBe(head.toString());
    expect(Buffer.concat([wanted, one.subarray(head.length)]).equals(other)).toBe(true);
  });
});

test("each task whose results are taken has a case above", () => {
  const reusing = TASKS.filter(({ reuse }) => reuse !== undefined).map(({ name }) => name);
  expect([...new Set(CASES.map(([name]) => name))].toSorted()).toEqual(reusing.toSorted());
});

test("names that make another result have another word", () => {
  const word = (name: string, filename: string, options: object = {}) => {
    const task = taskNamed(name);
    return task.reuse?.(filename, task.options.parse(options));
  };
  expect(word("document", "a.csv")).not.toBe(word("document", "a.txt"));
  expect(word("ocr", "a.png", { output: "hocr" })).not.toBe(word("ocr", "b.png", { output: "hocr" }));
  expect(word("ocr", "a.png", { output: "alto" })).not.toBe(word("ocr", "b.png", { output: "alto" }));
});

async function resultOf(
  name: string,
  file: { readonly filename: string; readonly body: Buffer },
  options: object,
): Promise<Buffer> {
  const task = taskNamed(name);
  const tasks = [task, ...task.borrows.map(taskNamed)] as const;
  const [outcome] = await processHere(tasks, [file], options);
  if (outcome?.ok !== true) throw new Error(`there is no result: ${JSON.stringify(outcome)}`);
  const { body } = outcome;
  return body instanceof Uint8Array ? Buffer.from(body) : await readFile(body.path);
}
