import type { z } from "zod";

type Raw = z.core.$ZodRawIssue;

/**
 * What a value must be and what it is, in plain English, as the end of a sentence that begins with its name: "must be at
 * most 200, it is 5000". Texts are not repeated where any text is possible: it may be a password.
 */
export function requirementOf(issue: Raw): string {
  switch (issue.code) {
    case "invalid_type":
      return typeRequirement(issue.expected, issue.input);
    case "too_big":
      return bound(issue, `${issue.inclusive === false ? "below" : "at most"} ${issue.maximum}`);
    case "too_small":
      return bound(issue, `${issue.inclusive === false ? "above" : "at least"} ${issue.minimum}`);
    case "invalid_value":
      return `must be ${choice(issue.values)}${itIs(issue.input)}`;
    case "unrecognized_keys":
      return `is not known${known(issue.inst)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}${itIs(issue.input)}`;
    default:
      return "is not valid";
  }
}

const KINDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
};

function typeRequirement(expected: string, input: unknown): string {
  const kind = KINDS[expected] ?? expected;
  if (input === undefined) return `is missing: it must be ${kind}`;
  return expected === "string" ? `must be text, it is ${kindOf(input)}` : `must be ${kind}${itIs(input)}`;
}

type Bound = Extract<Raw, { code: "too_big" | "too_small" }>;

function bound({ origin, exact, input }: Bound, limit: string): string {
  const count = exact === true ? limit.replace(/^at \w+/, "exactly") : limit;
  const size = typeof input === "string" || Array.isArray(input) ? `, it has ${input.length}` : "";
  if (origin === "string") return `must have ${count} characters${size}`;
  if (origin === "array") return `must have ${count} entries${size}`;
  return `must be ${count}${itIs(input)}`;
}

function choice(values: readonly unknown[]): string {
  const names = values.map((value) => String(value));
  return names.length === 1 ? String(names[0]) : `one of ${names.join(", ")}`;
}

function known(schema: Raw["inst"]): string {
  const def = schema?._zod.def;
  if (def === undefined || !("shape" in def) || typeof def.shape !== "object" || def.shape === null)
    return "";
  return `; valid are ${Object.keys(def.shape).join(", ")}`;
}

/** Empty for a text that stood for a number and is none: by then it is NaN. */
function itIs(input: unknown): string {
  if (input === undefined) return "";
  if (typeof input === "string") return `, it is ${JSON.stringify(input.slice(0, 40))}`;
  if (typeof input === "number") return Number.isNaN(input) ? "" : `, it is ${input}`;
  return `, it is ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (input === null || typeof input === "boolean") return String(input);
  if (Array.isArray(input)) return "a list";
  return typeof input === "object" ? "an object" : `a ${typeof input}`;
}
