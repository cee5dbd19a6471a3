import { constants, runInThisContext } from "node:vm";
import { type GuestHost, guestCalls, guestConsole } from "./guest.ts";
import {
  BadFunction,
  expressionOf,
  FUNCTION_FILE,
  type FunctionEngine,
  type FunctionSettings,
  type Print,
} from "./protocol.ts";

/** Calls the function in this process, which has nothing else to do and is ended from outside. */
export function trustedEngine(settings: FunctionSettings, print: Print): FunctionEngine {
  let settle: (reply: string) => void = () => undefined;
  const host: GuestHost = { print, settled: (reply) => settle(reply) };
  Object.defineProperty(globalThis, "console", { value: guestConsole(host), writable: true });
  // A promise that the function leaves behind is no reason to end the process.
  process.on("unhandledRejection", () => undefined);
  const call = guestCalls(functionOf(settings.source), settings, host);
  return {
    isSpent: false,
    call: (text) => {
      const reply = call(text);
      if (reply !== undefined) return reply;
      return new Promise((resolve) => {
        settle = resolve;
      });
    },
  };
}

/** @throws BadFunction */
function functionOf(source: string): (...values: readonly unknown[]) => unknown {
  const made: unknown = evaluated(source);
  if (typeof made !== "function") throw new BadFunction(`The source gives ${typeof made}, not a function.`);
  return made as (...values: readonly unknown[]) => unknown;
}

function evaluated(source: string): unknown {
  try {
    return runInThisContext(expressionOf(source), {
      filename: FUNCTION_FILE,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
  } catch (error) {
    throw new BadFunction(String(error));
  }
}
