import { readFileSync } from "node:fs";
import * as release from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import {
  BadFunction,
  expressionOf,
  FUNCTION_FILE,
  type FunctionEngine,
  type FunctionSettings,
  failedReply,
  type Print,
} from "./protocol.ts";

/** Pages of 64 KB in a megabyte. */
const PAGES = 16;
/** Memory that the engine's own build asks for at its start. */
const LEAST_MB = 16;
/** Most bytes of QuickJS's stack; its own check must come before that of the process. */
const STACK_BYTES = 256 * 1_024;
/** Jobs of promises that run between two looks at the clock. */
const JOBS = 100;
/** Time in which the function must be made from its source. */
const LOAD_MS = 10_000;
/** Share of the memory from which on the next item gets a new instance. */
const FULL_SHARE = 0.9;

/** Reply of a call that threw null: so does QuickJS when it has no memory left for an error. */
const NO_ERROR = '-{"code":"thrown","name":"object","message":"null"';

/** The package's types are those of its CommonJS form, whose default export is one level deeper. */
const VARIANT = release.default as object as QuickJSSyncVariant;

/** Types of Node do not know the constructor. */
const { Memory } = Reflect.get(globalThis, "WebAssembly") as {
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

/**
 * Calls the function in QuickJS, compiled to WebAssembly, whose memory cannot grow beyond its maximum. The function reaches
 * the language and `console`, and nothing of this process.
 */
export async function sandboxEngine(settings: FunctionSettings, print: Print): Promise<FunctionEngine> {
  const maximum = Math.max(LEAST_MB, settings.memoryMb) * PAGES;
  const memory = new Memory({ initial: LEAST_MB * PAGES, maximum });
  const module = await newQuickJSWASMModuleFromVariant(newVariant(VARIANT, { wasmMemory: memory }));
  const runtime = module.newRuntime();
  runtime.setMaxStackSize(STACK_BYTES);
  const full = Math.max(LEAST_MB * PAGES, maximum * FULL_SHARE) * 65_536;
  const isFull = () => memory.buffer.byteLength > full;
  const hasGrown = () => memory.buffer.byteLength * 2 > maximum * 65_536;
  return new SandboxEngine(runtime, { settings, print, isFull, hasGrown });
}

interface SandboxDeps {
  readonly settings: FunctionSettings;
  readonly print: Print;
  readonly isFull: () => boolean;
  /** Whether it has more than half of the memory that it may have. */
  readonly hasGrown: () => boolean;
}

class SandboxEngine implements FunctionEngine {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #deps: SandboxDeps;
  readonly #call: QuickJSHandle;
  #until = 0;
  #settled: string | undefined;
  #isSpent = false;

  constructor(runtime: QuickJSRuntime, deps: SandboxDeps) {
    this.#runtime = runtime;
    this.#deps = deps;
    this.#context = runtime.newContext();
    runtime.setInterruptHandler(() => this.#isOvertime());
    this.#call = this.#load();
  }

  get isSpent(): boolean {
    return this.#isSpent || this.#deps.isFull();
  }

  call(text: string): string {
    const { timeoutMs } = this.#deps.settings;
    this.#until = performance.now() + timeoutMs;
    this.#settled = undefined;
    try {
      const item = this.#context.newString(text);
      const result = this.#context.callFunction(this.#call, this.#context.undefined, item);
      item.dispose();
      if (result.error) return this.#interrupted(result.error);
      const reply = this.#textOf(result.value) ?? this.#awaited();
      return reply.startsWith(NO_ERROR) && this.#deps.hasGrown() ? this.#outOfMemory() : reply;
    } catch (error) {
      this.#isSpent = true;
      if (this.#isOvertime()) return this.#overtime();
      return failedReply("child_crashed", `The sandbox broke: ${String(error).slice(0, 200)}`);
    }
  }

  /** Runs the jobs of promises until the reply is there. */
  #awaited(): string {
    while (this.#settled === undefined && this.#runtime.hasPendingJob() && !this.#isOvertime()) {
      const ran = this.#runtime.executePendingJobs(JOBS);
      if (ran.error) return this.#interrupted(ran.error);
    }
    if (this.#settled === undefined) return this.#unsettled();
    // An interrupt inside a job ends as the rejection of a promise like any other.
    return this.#isOvertime() ? this.#overtime() : this.#settled;
  }

  /** There are no jobs left, or no time: a job that had no memory for its error ends without a sign. */
  #unsettled(): string {
    if (this.#isOvertime()) return this.#overtime();
    if (this.#deps.hasGrown()) return this.#outOfMemory();
    const nothing = "The promise of the function never settles: the sandbox has no timers, files or network.";
    return failedReply("thrown", nothing);
  }

  /** Errors of the function are caught inside; only the sandbox's own come here. */
  #interrupted(error: QuickJSHandle): string {
    this.#isSpent = true;
    error.dispose();
    return this.#isOvertime() ? this.#overtime() : this.#outOfMemory();
  }

  #isOvertime(): boolean {
    return performance.now() > this.#until;
  }

  #overtime(): string {
    this.#isSpent = true;
    const seconds = this.#deps.settings.timeoutMs / 1_000;
    return failedReply("timed_out", `The call took longer than ${seconds} seconds (timeout_seconds).`);
  }

  #outOfMemory(): string {
    this.#isSpent = true;
    const { memoryMb } = this.#deps.settings;
    return failedReply("out_of_memory", `The function needs more than ${memoryMb} MB or too deep a stack.`);
  }

  /** The text of a result, which is undefined for a call that goes on as a promise. Releases the handle. */
  #textOf(handle: QuickJSHandle): string | undefined {
    const context = this.#context;
    try {
      if (context.typeof(handle) !== "string") return undefined;
      const length = context.getProp(handle, "length").consume((one) => context.getNumber(one));
      if (length <= this.#deps.settings.longest + 10_000) return context.getString(handle);
      return failedReply("result_too_large", "The result is too large.");
    } finally {
      handle.dispose();
    }
  }

  /** @throws BadFunction */
  #load(): QuickJSHandle {
    this.#until = performance.now() + LOAD_MS;
    const context = this.#context;
    const guest = this.#evaluated(guestText(), "guest.js");
    const host = this.#host();
    this.#evaluated("delete globalThis.SharedArrayBuffer; delete globalThis.Atomics;", "guest.js").dispose();
    const print = context.unwrapResult(
      context.callFunction(context.getProp(guest, "guestConsole"), context.undefined, host),
    );
    context.setProp(context.global, "console", print);
    const fn = this.#evaluated(expressionOf(this.#deps.settings.source), FUNCTION_FILE);
    const kind = context.typeof(fn);
    if (kind !== "function") throw new BadFunction(`The source gives ${kind}, not a function.`);
    const { args, spread, retries, longest } = this.#deps.settings;
    const settings = this.#evaluated(`(${JSON.stringify({ args, spread, retries, longest })})`, "guest.js");
    const calls = context.getProp(guest, "guestCalls");
    return context.unwrapResult(context.callFunction(calls, context.undefined, fn, settings, host));
  }

  #evaluated(code: string, file: string): QuickJSHandle {
    const result = this.#context.evalCode(code, file);
    if (!result.error) return result.value;
    const error: unknown = this.#context.dump(result.error);
    throw new BadFunction(messageOf(error));
  }

  #host(): QuickJSHandle {
    const context = this.#context;
    const host = context.newObject();
    const printed = context.newFunction("print", (level, text) => {
      this.#deps.print(this.#textOf(level) ?? "log", this.#textOf(text) ?? "");
    });
    const settled = context.newFunction("settled", (reply) => {
      this.#settled = this.#textOf(reply);
    });
    context.setProp(host, "print", printed);
    context.setProp(host, "settled", settled);
    return host;
  }
}

function messageOf(error: unknown): string {
  // There was no memory left for an error.
  if (error === null) return "it needs more memory than it may have (memory_mb)";
  if (typeof error !== "object") return String(error);
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  return `${String(name)}: ${String(message)}`;
}

/** The compiled modules as one script: nothing of them is a global of the function. */
function guestText(): string {
  const modules = ["../../../values/base64.js", "../../../values/typedJson.js", "./guest.js"].map((path) =>
    scoped(readFileSync(new URL(path, import.meta.url), "utf8")),
  );
  return `(() => { "use strict"; ${modules.join("\n")}\nreturn { guestCalls, guestConsole }; })()`;
}

/** A module as a scope of its own: two of them may use one name for different things. */
function scoped(text: string): string {
  const exported = text.matchAll(/^export (?:function|class|const) (\w+)/gm);
  const names = [...exported].map(([, name]) => name).join(", ");
  const code = text.replace(/^import .*$/gm, "").replace(/^export /gm, "");
  return `const { ${names} } = (() => {\n${code}\nreturn { ${names} };\n})();`;
}
