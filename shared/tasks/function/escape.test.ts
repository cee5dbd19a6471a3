import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { residentBytes } from "../../process/resident.ts";
import { processHere } from "../inProcess.ts";
import { functionTask } from "./index.ts";
import { functionResult } from "./results.ts";

/** Ways out of the sandbox, or to harm what is around it. Each is the text of an expression that the function evaluates. */

const TIMEOUT_SECONDS = 1.5;
const MEMORY_MB = 32;
/** A call ends at its time-out, or a second later when the engine does not listen; starting a process takes the rest. */
const SECONDS_EACH = 20;
/** The function's memory, Node and QuickJS, and what a burst gets between two measurements. */
const MOST_MEGABYTES = MEMORY_MB + 112 + 100;

const NOT_THERE = /^"undefined"$|ReferenceError|TypeError|SyntaxError/;
const REFUSED = /"code":"(thrown|bad_value)"/;
const OUT_OF_TIME = /"code":"(timed_out|out_of_memory)"/;
const OUT_OF_MEMORY = /"code":"(out_of_memory|timed_out|child_crashed)"/;
const ENDED = /"code":"(thrown|timed_out|out_of_memory|child_crashed|bad_value|result_too_large)"/;
const HARMLESS = /.*/s;

const ATTEMPTS: readonly (readonly [what: string, code: string, end: RegExp])[] = [
  // Prototypes and constructors
  [
    "the constructor of an object's constructor",
    "({}).constructor.constructor('return typeof process')()",
    NOT_THERE,
  ],
  ["Function", "Function('return typeof require')()", NOT_THERE],
  ["the constructor of async functions", "(async () => 1).constructor('return typeof process')()", NOT_THERE],
  [
    "the constructor of generators",
    "(function* () {}).constructor('return typeof process')().next().value",
    NOT_THERE,
  ],
  [
    "the constructor of async generators",
    "(async function* () {}).constructor('return typeof process')().next().then((x) => x.value)",
    NOT_THERE,
  ],
  ["the constructor of console.log", "console.log.constructor('return typeof process')()", NOT_THERE],
  ["the constructor of console", "console.constructor.constructor('return typeof process')()", NOT_THERE],
  ["Reflect.construct", "Reflect.construct(Function, ['return typeof process'])()", NOT_THERE],
  ["with", "Function('with (globalThis) { return typeof process }')()", NOT_THERE],
  ["escapes in names", "typeof \\u0070rocess", NOT_THERE],
  ["this of a sloppy function", "(function () { return typeof this.process })()", NOT_THERE],
  ["the caller", "typeof (function f() { return f.caller })()", HARMLESS],
  ["the arguments of the caller", "(function () { return arguments.callee.caller?.arguments })()", HARMLESS],
  [
    "a getter of globalThis",
    "Object.getOwnPropertyNames(globalThis).filter((name) => /process|require|fetch|Timeout|WebAssembly|Atomics|Shared|module|load|print|std|os$/.test(name)).join()",
    /^""$/,
  ],
  // Globals of hosts
  ["process", "process.env", NOT_THERE],
  ["require", "require('fs')", NOT_THERE],
  ["module", "module.constructor", NOT_THERE],
  ["fetch", "fetch('http://127.0.0.1:PORT')", NOT_THERE],
  ["XMLHttpRequest", "new XMLHttpRequest()", NOT_THERE],
  ["WebSocket", "new WebSocket('ws://127.0.0.1:PORT')", NOT_THERE],
  ["setTimeout", "setTimeout(() => 1, 1)", NOT_THERE],
  ["WebAssembly", "WebAssembly.Memory", NOT_THERE],
  ["SharedArrayBuffer", "new SharedArrayBuffer(8)", NOT_THERE],
  ["Atomics.wait", "Atomics.wait(new Int32Array(8), 0, 0)", NOT_THERE],
  ["QuickJS's own modules", "typeof std + typeof os + typeof bjson", /undefinedundefinedundefined/],
  [
    "QuickJS's own functions",
    "typeof print + typeof scriptArgs + typeof loadScript",
    /undefinedundefinedundefined/,
  ],
  // Modules
  [
    "import of a module of Node",
    "import('node:fs').then((fs) => fs.readFileSync('/etc/hostname', 'utf8'))",
    REFUSED,
  ],
  ["import of a file", "import('file:///etc/hostname')", REFUSED],
  ["import of a URL", "import('http://127.0.0.1:PORT/x.js')", REFUSED],
  ["import of data", "import('data:text/javascript,export default typeof process')", REFUSED],
  ["a static import", "eval('import fs from \"fs\"')", /SyntaxError/],
  ["import.meta", "eval('import.meta.url')", /SyntaxError/],
  // Stacks
  ["paths in a stack", "new Error('x').stack", /^"(?!.*(dist|node_modules)).*"$/s],
  [
    "prepareStackTrace",
    "(Error.prepareStackTrace = (_, frames) => typeof frames?.[0]?.getThis, new Error('x').stack)",
    HARMLESS,
  ],
  [
    "stackTraceLimit",
    "(Error.stackTraceLimit = Infinity, (function f(n) { return n ? f(n - 1) : new Error('x').stack.length })(1000))",
    HARMLESS,
  ],
  ["recursion", "(function f() { return f() + 1 })()", ENDED],
  ["recursion in a getter", "(() => { const o = { get a() { return this.a } }; return o.a })()", ENDED],
  [
    "recursion in a proxy",
    "(() => { const p = new Proxy({}, { get: (_, key, self) => self[key] }); return p.x })()",
    ENDED,
  ],
  [
    "recursion in toString",
    "(() => { const o = { toString() { return String(this) } }; return String(o) })()",
    ENDED,
  ],
  ["a deep text for the parser", "eval('('.repeat(1e6))", ENDED],
  ["a deep JSON", "JSON.parse('['.repeat(1e6))", ENDED],
  ["a deep result", "(() => { let a = []; for (let i = 0; i < 1e5; i += 1) a = [a]; return a })()", ENDED],
  // Time
  ["an endless loop", "(() => { for (;;); })()", OUT_OF_TIME],
  [
    "a loop that catches its end",
    "(() => { for (;;) { try { for (;;); } catch {} finally { continue } } })()",
    OUT_OF_TIME,
  ],
  ["an endless comparison", "[3, 1, 2].sort(() => { for (;;); })", OUT_OF_TIME],
  ["an endless generator", "[...(function* () { for (;;) yield 1 })()]", ENDED],
  ["a regular expression that backtracks", "/(a+)+b/.test('a'.repeat(60))", OUT_OF_TIME],
  ["a regular expression with references", "/(.*)\\1\\1\\1x/.test('a'.repeat(50_000))", ENDED],
  [
    "a flood of promises",
    "new Promise(() => { const next = () => Promise.resolve().then(next); next() })",
    OUT_OF_TIME,
  ],
  [
    "promises that multiply",
    "new Promise(() => { const next = () => { Promise.resolve().then(next); Promise.resolve().then(next) }; next() })",
    ENDED,
  ],
  ["a promise without an end", "new Promise(() => {})", /never settles/],
  ["await without an end", "(async () => { for (;;) await 0 })()", OUT_OF_TIME],
  ["a native loop", "Array(2 ** 28).fill(0).map((x) => x + 1).length", ENDED],
  ["a long join", "Array(2 ** 26).join('ab').length", ENDED],
  ["large numbers", "(() => { let n = 3n; for (;;) n *= n; })()", ENDED],
  ["a large power", "2n ** (2n ** 40n)", ENDED],
  // Memory
  ["arrays", "(() => { const held = []; for (;;) held.push(new Array(1e5).fill(1)) })()", OUT_OF_MEMORY],
  ["a string that doubles", "(() => { let s = 'x'; for (;;) s += s })()", ENDED],
  ["a long string", "'x'.repeat(2 ** 29)", ENDED],
  ["a large buffer", "new ArrayBuffer(2 ** 31 - 1).byteLength", ENDED],
  ["many buffers", "(() => { const held = []; for (;;) held.push(new Uint8Array(1e6)) })()", OUT_OF_MEMORY],
  [
    "a growing map",
    "(() => { const map = new Map(); for (let i = 0; ; i += 1) map.set(i, { i }) })()",
    OUT_OF_MEMORY,
  ],
  ["a large result", "'x'.repeat(17e6)", ENDED],
  ["a long message", "(() => { throw new Error('x'.repeat(4e6)) })()", /"message":"x{2000}"/],
  // Output
  ["a flood of output", "(() => { for (;;) console.log('flood') })()", OUT_OF_TIME],
  [
    "long lines of output",
    "(() => { for (let i = 0; i < 200; i += 1) console.log('y'.repeat(1e6)); return 1 })()",
    /^1$|"code":"(timed_out|out_of_memory)"/,
  ],
  ["output that throws", "console.log({ get a() { throw 1 } }, Symbol('x'), Object.create(null))", HARMLESS],
  // Results
  ["a result that is a function", "() => process", REFUSED],
  ["a symbol", "Symbol.iterator", REFUSED],
  ["a getter that throws", "({ get a() { throw new Error('no') } })", REFUSED],
  ["a getter without an end", "({ get a() { for (;;); } })", OUT_OF_TIME],
  ["a proxy that throws", "new Proxy({}, { ownKeys() { throw new Error('no') } })", REFUSED],
  ["a proxy of an array", "new Proxy([], { get: (_, key) => (key === 'length' ? Infinity : 1) })", ENDED],
  ["a circle", "(() => { const a = {}; a.a = a; return a })()", /holds it/],
  ["toJSON", "({ toJSON() { return 'forged' } })", REFUSED],
  ["a then that throws", "({ then() { throw new Error('no') } })", REFUSED],
  ["a mark of typed JSON", "({ $manyhands: 'Date', value: 'x' })", /"\$manyhands":"object"/],
  ["__proto__ as a field", 'JSON.parse(\'{"__proto__": {"polluted": 1}}\')', /"__proto__"/],
  // Errors
  [
    "an error that cannot be read",
    "(() => { throw Object.create(Error.prototype, { message: { get() { throw 1 } } }) })()",
    /cannot be read/,
  ],
  [
    "a proxy as an error",
    "(() => { throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 1 } }) })()",
    REFUSED,
  ],
  ["nothing as an error", "(() => { throw undefined })()", REFUSED],
  // Poison for what comes after it, so it is last
  ["Object.prototype", "(Object.prototype.polluted = 1)", HARMLESS],
  ["JSON.stringify with lines", "(JSON.stringify = () => '1\\n+2\\n+3', 1)", HARMLESS],
  ["JSON.stringify with nonsense", "(JSON.stringify = () => '{]', 1)", HARMLESS],
  [
    "String.prototype.slice",
    "(String.prototype.slice = function () { return 'z'.repeat(1e7) }, console.log('x'), 1)",
    HARMLESS,
  ],
  ["Array.prototype", "(Array.prototype.push = () => { throw new Error('poison') }, [1, [2]])", HARMLESS],
  ["JSON.parse", "(JSON.parse = () => ({ forged: 1 }), 1)", HARMLESS],
];

const SOURCE = "(code) => (0, eval)(code)";

describe("the sandbox", () => {
  let port = 0;
  let connections = 0;
  const server = createServer(() => {
    connections += 1;
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(() => void server.close());

  test("is tried in at least 60 ways", () => {
    expect(ATTEMPTS.length).toBeGreaterThanOrEqual(60);
  });

  test(
    `holds every attempt, each within ${SECONDS_EACH} seconds and ${MOST_MEGABYTES} MB`,
    async () => {
      const hostname = (await readFile("/etc/hostname", "utf8").catch(() => "no such file")).trim();
      const items = ATTEMPTS.map(([, code]) => code.replace("PORT", String(port)));
      const before = residentBytes(process.pid) ?? 0;
      const own = process.memoryUsage.rss();
      let most = 0;
      const timer = setInterval(() => {
        most = Math.max(most, (residentBytes(process.pid) ?? 0) - process.memoryUsage.rss());
      }, 50);
      const [outcome] = await processHere(
        functionTask,
        [{ filename: "ways.json", body: Buffer.from(JSON.stringify(items)) }],
        {
          source: SOURCE,
          timeout_seconds: TIMEOUT_SECONDS,
          memory_mb: MEMORY_MB,
        },
      );
      clearInterval(timer);
      if (outcome?.ok !== true) throw new Error(`the file has no result: ${outcome?.code} ${outcome?.error}`);
      const { body } = outcome;
      const text = body instanceof Uint8Array ? String(body) : await readFile(body.path, "utf8");
      const { results } = functionResult.parse(JSON.parse(text));
      const ends = results.map((entry) =>
        JSON.stringify("error" in entry ? entry.error : (entry.value ?? null)),
      );
      expect(results.map(({ index }) => index)).toEqual(ATTEMPTS.map((_, index) => index));
      const wrong = ATTEMPTS.flatMap(([what, , end], at) =>
        end.test(ends[at] ?? "") ? [] : [`${what}: ${(ends[at] ?? "").slice(0, 200)}`],
      );
      expect(wrong).toEqual([]);
      expect(hostname.length > 3 && text.includes(hostname)).toBe(false);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(connections).toBe(0);
      // Other children of the test, if any, were there before.
      expect((most - Math.max(0, before - own)) / 2 ** 20).toBeLessThan(MOST_MEGABYTES);
    },
    ATTEMPTS.length * SECONDS_EACH * 1_000,
  );

  test.each([
    "(x) => x); process.exit(3); ((x) => x",
    "x => x\n}), globalThis.leak = 1, (() => {",
    "(() => { for (;;); })()",
    "(() => { const a = []; for (;;) a.push(new Array(1e5)); })()",
    "new Proxy(() => 1, { apply() { throw new Error('no') } })",
    "(Object.prototype.source = 1, (x) => x)",
  ])(
    "holds a source that breaks out of its brackets, or never ends: %j",
    async (source) => {
      const [outcome] = await processHere(functionTask, [{ filename: "a.json", body: Buffer.from("[1]") }], {
        source,
        memory_mb: MEMORY_MB,
      });
      if (outcome?.ok === false) expect(outcome.code).toBe("bad_function");
      else expect(String(outcome?.body)).toMatch(/"value":1|"code":"thrown"/);
    },
    60_000,
  );

  test.each([
    ["a kind that is not known", '{"$manyhands":"Bogus"}', "bad_item"],
    ["an expression that does not parse", '{"$manyhands":"RegExp","value":["(",""]}', "bad_item"],
    ["a map of a number", '{"$manyhands":"Map","value":7}', "bad_item"],
    ["an array whose bytes are too few", '{"$manyhands":"BigInt64Array","value":"AA=="}', "bad_item"],
    ["a class as its kind", '{"$manyhands":"constructor","value":"return process"}', "bad_item"],
    [
      "lists in lists, 100,000 deep",
      "[".repeat(100_000),
      expect.stringMatching(/^(bad_item|child_crashed)$/),
    ],
  ])("holds a poisoned item: %s", async (_name, item, code) => {
    const body = Buffer.from(`1\n${item}\n2\n`);
    const [outcome] = await processHere(functionTask, [{ filename: "a.ndjson", body }], {
      source: "(x) => x",
      format: "ndjson",
    });
    if (outcome?.ok !== true) throw new Error("there is no result");
    const { results } = functionResult.parse(JSON.parse(String(outcome.body)));
    expect(results.map((entry) => ("error" in entry ? entry.error.code : entry.value))).toEqual([1, code, 2]);
  });
});

describe("the process of trusted functions", () => {
  test.each([
    ["process.env", /"TZ":"UTC"/],
    ["Object.keys(process.env).filter((name) => /TOKEN|PATH|HOME/.test(name)).length", /^0$/],
    [
      "import('node:fs').then((fs) => fs.readFileSync('/etc/hostname', 'utf8'))",
      /ERR_ACCESS_DENIED|restricted/,
    ],
    [
      "import('node:fs').then((fs) => fs.writeFileSync('/tmp/manyhands-escape', 'x'))",
      /ERR_ACCESS_DENIED|restricted/,
    ],
    [
      "import('node:child_process').then((one) => one.execSync('id').toString())",
      /ERR_ACCESS_DENIED|restricted/,
    ],
    [
      "import('node:worker_threads').then(({ Worker }) => void new Worker('1', { eval: true }))",
      /ERR_ACCESS_DENIED|restricted/,
    ],
  ])("has walls of its own: %s", async (code, end) => {
    const [outcome] = await processHere(
      functionTask,
      [{ filename: "a.json", body: Buffer.from(JSON.stringify([code])) }],
      {
        source: SOURCE,
        mode: "trusted",
      },
    );
    if (outcome?.ok !== true) throw new Error("there is no result");
    const { results } = functionResult.parse(JSON.parse(String(outcome.body)));
    const [entry] = results;
    expect(JSON.stringify(entry !== undefined && "error" in entry ? entry.error : entry?.value)).toMatch(end);
  });
});
