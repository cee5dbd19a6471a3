import { UsageError } from "../exit.ts";
import { functionIn } from "../files/functionModule.ts";
import { sendableSource } from "../sdk/functions/source.ts";

/** A function that the callers call, with the value of each call. */
export interface CalledFunction {
  readonly name: string;
  readonly fn: (value: unknown) => unknown;
  /** @param call number of the call, from 0 */
  readonly valueFor: (call: number) => unknown;
}

interface BuiltIn extends Omit<CalledFunction, "name"> {
  readonly meaning: string;
  /** Where it cannot run in the sandbox: what that lacks. */
  readonly lacks?: string;
}

const TEXT = "Many hands make light work: each slave takes a page, and no page waits for long. ".repeat(50);

const callNumber = (call: number) => call;

/** Called to let a fleet get warm. */
export const NOOP: CalledFunction = { name: "noop", fn: (value) => value, valueFor: callNumber };

/** Their texts travel to the slaves, so each uses nothing but its value and the language. */
const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  noop: { ...NOOP, meaning: "does nothing: the cost of a call itself" },
  square: { meaning: "squares a number", fn: (value) => Number(value) ** 2, valueFor: callNumber },
  spin: {
    meaning: "keeps a core busy for 10 ms by the clock",
    fn: (milliseconds) => {
      const end = Date.now() + Number(milliseconds);
      while (Date.now() < end);
      return end;
    },
    valueFor: () => 10,
  },
  primes: {
    meaning: "counts the primes below 50,000: the same work in each call",
    fn: (limit) => {
      let primes = 0;
      for (let n = 2; n < Number(limit); n += 1) {
        let divisor = 2;
        while (divisor * divisor <= n && n % divisor !== 0) divisor += 1;
        if (divisor * divisor > n) primes += 1;
      }
      return primes;
    },
    valueFor: () => 50_000,
  },
  sleep: {
    meaning: "waits for 50 ms and computes nothing (trusted only)",
    lacks: "timers",
    fn: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Number(milliseconds))),
    valueFor: () => 50,
  },
  "word-count": {
    meaning: "counts the words of a text of 4 KB",
    fn: (text) => {
      const counts = new Map<string, number>();
      for (const [word] of String(text)
        .toLowerCase()
        .matchAll(/\p{L}+/gu))
        counts.set(word, (counts.get(word) ?? 0) + 1);
      return counts;
    },
    valueFor: () => TEXT,
  },
};

const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_IN);

/** Names and meanings of the built-in functions, for the help. */
export const BUILT_IN_HELP = Object.entries(BUILT_IN)
  .map(([name, { meaning }]) => `  ${name.padEnd(12)}${meaning}`)
  .join("\n");

/**
 * A built-in function, or that of a module, which gets the number of the call.
 * @throws UsageError; RequestError `bad_function` for one that cannot travel
 */
export async function calledFunction(name: string, mode: "sandbox" | "trusted"): Promise<CalledFunction> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn === undefined) return await ownFunction(name, mode);
  const { lacks, fn, valueFor } = builtIn;
  if (lacks === undefined || mode === "trusted") return { name, fn, valueFor };
  throw new UsageError(`${name} cannot run in the sandbox, which has no ${lacks}: use --mode trusted.`);
}

async function ownFunction(path: string, mode: "sandbox" | "trusted"): Promise<CalledFunction> {
  if (!/[./\\]/.test(path)) {
    const known = BUILT_IN_NAMES.join(", ");
    throw new UsageError(
      `There is no function ${path}. Built in are ${known}; a module is given by its path, such as ./${path}.mjs.`,
    );
  }
  const fn = await functionIn(path);
  await sendableSource(fn, mode);
  return { name: path, fn, valueFor: callNumber };
}
