import { RequestError } from "../../../shared/errors.ts";
import type { CapturedName } from "./captured.ts";
import { globalsOf } from "./globals.ts";

export type FunctionText = ((...values: never[]) => unknown) | string;

/**
 * The text of a function as one expression. What it would not find on a slave is reported before anything is sent.
 * @throws RequestError `bad_function`
 */
export async function sendableSource(fn: FunctionText, mode: "sandbox" | "trusted"): Promise<string> {
  const text = typeof fn === "string" ? fn.trim() : Function.prototype.toString.call(fn);
  if (/\{\s*\[native code\]\s*\}\s*$/.test(text))
    throw refused("A function of the language itself, or a bound one, has no text. Wrap it: (x) => fn(x).");
  const { capturedIn } = await parser();
  if (capturedIn === undefined) return text;
  const expression = expressionIn(text, (one) => void capturedIn(one, new Set()));
  if (/^(?:async\s+)?(?:class\b|function\s*\*|\*)/.test(text))
    throw refused("A class or a generator cannot be called with items. Give a function.");
  const captured = capturedIn(withNames(expression), globalsOf(mode));
  if (captured.length > 0) throw refused(reportOf(captured, mode));
  return withNames(expression);
}

/** The parser is loaded with the first function. A page that has no bundler cannot, and its functions are not checked. */
async function parser(): Promise<Partial<typeof import("./captured.ts")>> {
  return await import("./captured.ts").catch(() => ({}));
}

/** A method's text is no expression by itself. @throws RequestError `bad_function` */
function expressionIn(text: string, parse: (expression: string) => void): string {
  const forms = [`(${text}\n)`, `Object.values({${text}\n})[0]`];
  let fault: unknown;
  for (const form of forms) {
    try {
      parse(form);
      return form === forms[0] ? text : form;
    } catch (error) {
      fault ??= error;
    }
  }
  throw refused(`The function cannot be read: ${String(fault)}.`);
}

/** Loaders that keep the names of functions (tsx, esbuild) put calls of `__name` into their texts. */
function withNames(expression: string): string {
  return expression.includes("__name(") ? `((__name) => (${expression}\n))((fn) => fn)` : expression;
}

function reportOf(captured: readonly CapturedName[], mode: string): string {
  const variables = captured.filter(({ kind }) => kind === "variable");
  const imports = captured.filter(({ kind }) => kind === "import");
  const named = (list: readonly CapturedName[]) =>
    list.map(({ name, line }) => `${name} (line ${line})`).join(", ");
  const [first] = variables;
  const sentences = [
    first &&
      `The function uses names from outside, which do not travel with it: ${named(variables)}. Give values as arguments, such as map((x, ${first.name}) => …, items, { args: [${first.name}] }), and move functions into it.`,
    imports.length > 0 &&
      `It loads modules that a slave does not have: ${named(imports)}. ${mode === "sandbox" ? 'The sandbox has none; the mode "trusted" has those of Node, by node:name.' : "Only those of Node are there, by node:name."}`,
  ];
  return sentences.filter(Boolean).join(" ");
}

function refused(message: string): RequestError {
  return new RequestError("bad_function", message);
}
