import { runInThisContext } from "node:vm";
import { expect, test } from "vitest";
import { capturedIn } from "./captured.ts";
import { globalsOf } from "./globals.ts";
import { sendableSource } from "./source.ts";

function namesIn(source: string, mode: "sandbox" | "trusted" = "sandbox"): string[] {
  return capturedIn(source, globalsOf(mode)).map(({ name, line }) => `${name} ${line}`);
}

test.each([
  ["(x) => x * rate", ["rate 1"]],
  ["(x) => {\n  const y = x;\n  return helper(y) + y.helper;\n}", ["helper 3"]],
  ["function f(n) { return n < 2 ? 1 : n * f(n - 1) }", []],
  ["({ a, b: [c, ...d], e = a, ...rest }) => [a, c, d, e, rest]", []],
  ["(x = outer) => x", ["outer 1"]],
  ["(x) => { var y = 1; { let z = y; } return z; }", ["z 1"]],
  ["(x) => { if (x) { var late = 1 } return late }", []],
  ["(x) => { for (const [k, v] of x) k + v; for (let i = 0; i < 3; i++) i; for (k in x) ; }", ["k 1"]],
  ["(x) => { try { x() } catch ({ message }) { return message } finally { done() } }", ["done 1"]],
  [
    "(x) => { class A extends Base { static s = x; m() { return A } [key]() {} } return new A() }",
    ["Base 1", "key 1"],
  ],
  ["(x) => ({ rate, [x]: 1, y: 2, m() { return arguments.length } })", ["rate 1"]],
  ["(x) => { outer: for (;;) { break outer } }", []],
  ["(x) => typeof window === 'undefined' ? 1 : window", ["window 1"]],
  ["(x) => { function inner() { return deep } return inner }", ["deep 1"]],
  ["(x) => { switch (x) { case 1: let q = 1; return q; default: return q2 } }", ["q2 1"]],
  ["(x) => `$" + "{x + y}`", ["y 1"]],
  ["(x) => x?.[i]?.name", ["i 1"]],
  ["(x) => setTimeout(x)", ["setTimeout 1"]],
  ["(x) => new Intl.NumberFormat('de').format(x)", ["Intl 1"]],
  ["async (x) => (await import('lodash')).map(x)", ['import("lodash") 1']],
])("names from outside are found with their line: %s", (source, names) => {
  expect(namesIn(source)).toEqual(names);
});

test("a trusted function has the names and modules of Node", () => {
  expect(namesIn("async (x) => { setTimeout(x); await import('node:crypto'); }", "trusted")).toEqual([]);
  expect(namesIn("(x) => import('lodash')", "trusted")).toEqual(['import("lodash") 1']);
});

test("the report says what to do", async () => {
  const rate = 3;
  await expect(sendableSource((x: number) => x * rate, "sandbox")).rejects.toMatchObject({
    code: "bad_function",
    message: expect.stringMatching(
      /^The function uses names from outside, .*: rate \(line 1\)\. Give values as arguments, such as map\(\(x, rate\) => …, items, \{ args: \[rate\] \}\)/,
    ),
  });
  await expect(sendableSource("(x) => import('lodash')", "sandbox")).rejects.toThrow(
    /It loads modules that a slave does not have: import\("lodash"\) \(line 1\)\. The sandbox has none/,
  );
});

test.each([
  [Math.max, "no text"],
  [((x: number) => x).bind(null), "no text"],
  [class A {}, "class or a generator"],
  ["function* (x) { yield x }", "class or a generator"],
  ["x =>", "cannot be read"],
] as const)("what cannot be called on a slave is refused: %s", async (fn, message) => {
  await expect(sendableSource(fn as () => unknown, "sandbox")).rejects.toThrow(message);
});

test("methods are sent as functions", async () => {
  const source = await sendableSource("double(x) { return 2 * x }", "sandbox");
  expect(called(source)).toBe(8);
  const kept = await sendableSource(
    '(x) => { const f = /* @__PURE__ */ __name((y) => y, "f"); return f(x) }',
    "sandbox",
  );
  expect(called(kept)).toBe(4);
});

function called(source: string): unknown {
  return (runInThisContext(`(${source}\n)`) as (x: number) => unknown)(4);
}
