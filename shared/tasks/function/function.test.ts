import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { processHere } from "../inProcess.ts";
import { functionTask } from "./index.ts";
import { functionResult } from "./results.ts";

async function outcomeOf(items: string | Buffer, options: object, filename = "items.json") {
  const [outcome] = await processHere(functionTask, [{ filename, body: Buffer.from(items) }], options);
  if (outcome === undefined) throw new Error("there is no outcome");
  return outcome;
}

async function resultOf(items: string | Buffer, options: object, filename?: string) {
  const outcome = await outcomeOf(items, options, filename);
  if (!outcome.ok) throw new Error(`there is no result: ${outcome.code} ${outcome.error}`);
  const { body } = outcome;
  const text = body instanceof Uint8Array ? String(body) : await readFile(body.path, "utf8");
  return { ...functionResult.parse(JSON.parse(text)), summary: outcome.summary };
}

/** Values and codes of errors, in the order of the items. */
async function endsOf(items: string | Buffer, options: object, filename?: string) {
  const { results } = await resultOf(items, options, filename);
  expect(results.map(({ index }) => index)).toEqual(results.map((_, at) => at));
  return results.map((entry) => ("error" in entry ? entry.error.code : entry.value));
}

const MODES = ["sandbox", "trusted"] as const;

test.each(MODES)("%s: each item gets its result, in its order; args follow the item", async (mode) => {
  const options = { source: "async (x, y, [z]) => x * y + z", args: [10, [1]], mode };
  expect(await endsOf("[1, 2,\n 3]", options)).toEqual([11, 21, 31]);
  const spread = { source: "(a, b, c) => [c, b, a].join('')", args: ["."], spread: true, mode };
  expect(await endsOf('[["a","b"],["c","d"]]', spread)).toEqual([".ba", ".dc"]);
});

test.each(MODES)(
  "%s: an error costs the other items nothing, and tells where the function threw",
  async (mode) => {
    const source = "(x) => {\n  if (x === 2) throw new TypeError('no twos');\n  return -x;\n}";
    const { results, counts, summary } = await resultOf("1\n2\n3\n", { source, mode }, "items.ndjson");
    expect(counts).toEqual({ items: 3, succeeded: 2, failed: 1 });
    expect(summary).toBe("3 items, 1 failed");
    const stack = expect.stringMatching(/^TypeError: no twos\n {4}at .*function\.js:2:/);
    expect(results).toEqual([
      { index: 0, value: -1 },
      { index: 1, error: { code: "thrown", name: "TypeError", message: "no twos", stack } },
      { index: 2, value: -3 },
    ]);
  },
);

test.each(MODES)("%s: a call without an end, and one that eats memory, fail alone", async (mode) => {
  const source = `(x) => {
    if (x === 2) for (;;);
    if (x === 4) { const held = []; for (;;) held.push(new Array(1e5).fill(x)); }
    return x;
  }`;
  const options = { source, mode, timeout_seconds: 20, memory_mb: 64 };
  expect(await endsOf("[1,3,4,5]", options)).toEqual([1, 3, "out_of_memory", 5]);
  expect(await endsOf("[1,2,3]", { ...options, timeout_seconds: 1 })).toEqual([1, "timed_out", 3]);
});

test("a call that ends its process fails alone, and the next one runs in a new process", async () => {
  const source = "(x) => (x % 2 === 0 ? process.exit(3) : x)";
  expect(await endsOf("[1,2,3,4]", { source, mode: "trusted" })).toEqual([
    1,
    "child_crashed",
    3,
    "child_crashed",
  ]);
});

test.each([
  ["", /no function/],
  ["x =>", /SyntaxError/],
  ["{ not: 'a function' }", /gives object/],
])("a source that is no function fails the file as bad_function: %j", async (source, message) => {
  for (const mode of MODES)
    expect(await outcomeOf("[1]", { source, mode })).toMatchObject({
      ok: false,
      code: "bad_function",
      error: expect.stringMatching(message),
    });
});

test.each([
  ["items.csv", 'name,price\ntea,"3,5"\n', [{ name: "tea", price: "3,5" }]],
  ["items.ndjson", '\uFEFF{"a":1}\n\n[2]\r\n"x"', [{ a: 1 }, [2], "x"]],
  ["items.ndjson", "[1,2]\n[3]\n", [[1, 2], [3]]],
  ["items.json", '\uFEFF [ {"a":"],["} , [1,[2]],"\\"", null ]\n', [{ a: "],[" }, [1, [2]], '"', null]],
  ["items.json", "[]", []],
  ["items.json", "[1, oops, , 2]", [1, "bad_item", "bad_item", 2]],
] as const)("items are read from %s: %j", async (filename, text, values) => {
  expect(await endsOf(text, { source: "(x) => x", mode: "trusted" }, filename)).toEqual(values);
});

test.each([
  ["[1, 2", "bad_items"],
  ["[1] 2", "bad_items"],
  ["", "empty_file"],
  ["a,b\n1\n", "bad_table"],
  [Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]), "unsupported_encoding"],
])("a file that is no list of items fails: %j", async (items, code) => {
  expect(await outcomeOf(items, { source: "(x) => x" })).toMatchObject({ ok: false, code });
});

test.each(MODES)("%s: what cannot be sent is bad_value, with its place", async (mode) => {
  const { results } = await resultOf("[1]", { source: "() => ({ a: [1, () => 1] })", mode });
  expect(results[0]).toMatchObject({
    error: {
      code: "bad_value",
      message: expect.stringContaining("The field .a[1] of the value is a function"),
    },
  });
});

test.each(MODES)("%s: console output is kept with its item, and capped", async (mode) => {
  const source = "(n) => { for (let i = 0; i < n; i += 1) console.warn('line', i, { n }); return n; }";
  const few = await resultOf("[0,2]", { source, mode });
  expect(few.console).toEqual([
    { index: 1, level: "warn", text: 'line 0 {"n":2}' },
    { index: 1, level: "warn", text: 'line 1 {"n":2}' },
  ]);
  const flood = await resultOf("[100000, 50, 5]", { source, mode });
  expect(flood.console).toHaveLength(155);
  expect(flood.console_dropped).toBe(99_900);
});

test("a function that threw is called again, as often as retries says", async () => {
  const source =
    "(x) => { globalThis.n = (globalThis.n ?? 0) + 1; if (globalThis.n < x) throw new Error('early'); return n; }";
  expect(await endsOf("[3]", { source, retries: 2 })).toEqual([3]);
  expect(await endsOf("[3]", { source, retries: 1 })).toEqual(["thrown"]);
});

test("items that are slow go to further units, and a file of many items is joined in its order", async () => {
  const source =
    "(x) => { const end = Date.now() + 60; while (Date.now() < end); console.log(x); return x; }";
  const { results, console } = await resultOf(JSON.stringify([...Array(40).keys()]), {
    source,
    mode: "trusted",
  });
  expect(results).toEqual(Array.from({ length: 40 }, (_, index) => ({ index, value: index })));
  expect(console.map(({ text }) => text)).toEqual(Array.from({ length: 40 }, (_, index) => String(index)));
});

test("a large file is cut, called in pieces and joined", async () => {
  const items = Array.from({ length: 40_000 }, (_, at) => ({ at, é: "ü\n", text: "x".repeat(60) }));
  const { results, counts, input_sha256, filename } = await resultOf(JSON.stringify(items, null, 1), {
    source: "({ at, é }) => (at % 1000 === 7 ? undefined.x : at + é.length)",
    mode: "trusted",
  });
  expect(counts).toEqual({ items: 40_000, succeeded: 39_960, failed: 40 });
  expect(filename).toBe("items.json");
  expect(input_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(results[39_999]).toEqual({ index: 39_999, value: 40_001 });
  expect(results.findIndex((entry) => "error" in entry)).toBe(7);
}, 60_000);
