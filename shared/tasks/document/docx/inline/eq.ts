import { fraction, group, indexed, root } from "../math/shapes.ts";

/**
 * The formula of an `EQ` field as linear text. Such fields have no stored result: Word draws them from their
 * instruction. Also the readings over Chinese and Japanese words that older versions of Word wrote with it.
 */
export function eqText(instruction: string): string {
  return read({ source: instruction, at: 0, open: undefined }, 0).trim();
}

interface Cursor {
  readonly source: string;
  at: number;
  /** The switch whose bracket has not come yet. */
  open: Switch | undefined;
}

/** A switch between its name and its bracket, such as `\o\ac`. */
interface Switch {
  readonly name: string;
  /** Options as they stand, one for each backslash. */
  readonly options: string[];
}

const DEEPEST = 50;
/** `\* "Font:Arial"`, `\up 9`, `\{`, or one sign. */
const TOKEN =
  /\\(?<general>\*\s*(?:"[^"]*"|\S+))|\\(?<name>[a-z]+)(?:\s?-?\d+)?|\\(?<quoted>[^a-z])|(?<sign>[\s\S])/giy;

/** Reads to the end, or to the separator or bracket that ends an argument. */
function read(cursor: Cursor, depth: number): string {
  let text = "";
  for (let token = next(cursor); token !== undefined; token = next(cursor)) {
    if (depth > 0 && token.sign !== undefined && ",;)".includes(token.sign)) {
      cursor.at -= 1;
      break;
    }
    text += step(token, cursor, depth);
  }
  cursor.open = undefined;
  return text;
}

type Token = Partial<Record<"general" | "name" | "quoted" | "sign", string>>;

function step({ name, quoted, sign }: Token, cursor: Cursor, depth: number): string {
  const { open } = cursor;
  if (name !== undefined) {
    cursor.open = withName(open, name.toLowerCase());
    return "";
  }
  if (sign === "(" && (open !== undefined || depth > 0)) {
    cursor.open = undefined;
    return written(open, argumentsOf(cursor, depth));
  }
  if (open === undefined) return quoted ?? sign ?? "";
  if (quoted !== undefined) open.options.push(quoted);
  return sign?.trim() ?? "";
}

function next(cursor: Cursor): Token | undefined {
  TOKEN.lastIndex = cursor.at;
  const match = TOKEN.exec(cursor.source);
  if (match === null) return undefined;
  cursor.at = TOKEN.lastIndex;
  return match.groups ?? {};
}

function withName(open: Switch | undefined, name: string): Switch {
  if (open === undefined) return { name, options: [] };
  open.options.push(name);
  return open;
}

function argumentsOf(cursor: Cursor, depth: number): string[] {
  const found: string[] = [];
  if (depth >= DEEPEST) cursor.at = cursor.source.length;
  do {
    found.push(read(cursor, depth + 1).trim());
    cursor.at += 1;
  } while (cursor.at <= cursor.source.length && cursor.source[cursor.at - 1] !== ")");
  return found;
}

function written(open: Switch | undefined, parts: readonly string[]): string {
  if (open === undefined) return `(${parts.join(",")})`;
  const [first = "", second = "", third = ""] = parts;
  const { name, options } = open;
  switch (name) {
    case "f":
      return fraction(first, second);
    case "r":
      return parts.length < 2 ? root("", first) : root(first, second);
    case "s":
      return options.includes("do") ? indexed("", first, "") : indexed("", "", parts.join(" "));
    case "i":
      return `${indexed(integral(options), first, second)} ${third}`;
    case "o":
      return overstruck(parts);
    case "b":
      return bracketed(options, first);
    default:
      return parts.filter((part) => part !== "").join(name === "a" ? "; " : ",");
  }
}

function integral(options: readonly string[]): string {
  return options.includes("su") ? "∑" : options.includes("pr") ? "∏" : "∫";
}

/** `\o(\s\up 9(reading),word)` is a word with its reading above. */
function overstruck([first = "", ...others]: readonly string[]): string {
  if (!first.startsWith("^")) return [first, ...others].join("");
  const reading = first.slice(1).replace(/^\(([\s\S]*)\)$/, "$1");
  return `${others.join("")}(${reading})`;
}

/** `\b\lc\{\rc\}(x)`: brackets on the left, on the right, or the same on both sides. */
function bracketed(options: readonly string[], inside: string): string {
  const sign = (name: string) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined);
  const both = sign("bc");
  const left = both ?? sign("lc");
  const right = both === undefined ? sign("rc") : (PAIRS.get(both) ?? both);
  return left === undefined && right === undefined ? group(inside) : `${left ?? ""}${inside}${right ?? ""}`;
}

const PAIRS: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
]);
