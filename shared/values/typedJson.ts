import { fromBase64, toBase64 } from "./base64.ts";

/**
 * Values as JSON text, those included that JSON has no form for: an object with the key `$manyhands` stands for one. The
 * compiled text of this module also runs inside the sandbox of the task function.
 */

/** The key of an object that stands for another value; its value is the kind. */
const MARK = "$manyhands";

/** A value that typed JSON cannot carry. The message names its place in the whole value. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

interface Marked {
  readonly [MARK]: string;
  readonly value?: unknown;
}

/** @throws ValueError for functions, symbols, circular values, and objects that only their process knows */
export function toTypedText(value: unknown): string {
  return JSON.stringify(encoded(value, { trail: [], above: [] }));
}

/** @throws SyntaxError, ValueError */
export function fromTypedText(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes(MARK) ? decoded(value) : value;
}

/** Where a value is inside the whole one: its keys, and the objects that hold it. */
interface Place {
  readonly trail: (string | number)[];
  readonly above: object[];
}

function encoded(value: unknown, place: Place): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? value : marked("number", numberText(value));
    case "undefined":
      return marked("undefined");
    case "bigint":
      return marked("bigint", String(value));
    case "object":
      return value === null ? null : encodedObject(value, place);
    default:
      throw unsendable(`a ${typeof value}`, place);
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function marked(kind: string, value?: unknown): Marked {
  return value === undefined ? { [MARK]: kind } : { [MARK]: kind, value };
}

function encodedObject(value: object, place: Place): unknown {
  if (place.above.includes(value)) throw unsendable("a reference to an object that holds it", place);
  place.above.push(value);
  const result = Array.isArray(value) ? encodedList(value, place) : encodedSingle(value, place);
  place.above.pop();
  return result;
}

function encodedList(values: readonly unknown[], place: Place): unknown[] {
  const list: unknown[] = [];
  for (let at = 0; at < values.length; at += 1) list.push(encodedAt(values[at], at, place));
  return list;
}

function encodedAt(value: unknown, key: string | number, place: Place): unknown {
  if (typeof value === "string" || typeof value === "boolean") return value;
  place.trail.push(key);
  const result = encoded(value, place);
  place.trail.pop();
  return result;
}

function encodedSingle(value: object, place: Place): unknown {
  if (value instanceof Date) return marked("Date", dateText(value));
  if (value instanceof Map) return marked("Map", encodedList([...value].flat(1), place));
  if (value instanceof Set) return marked("Set", encodedList([...value], place));
  if (value instanceof RegExp) return marked("RegExp", [value.source, value.flags]);
  if (value instanceof Error) return marked("Error", [String(value.name), String(value.message)]);
  if (value instanceof ArrayBuffer) return marked("ArrayBuffer", toBase64(new Uint8Array(value)));
  if (ArrayBuffer.isView(value))
    return marked(
      viewName(value, place),
      toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
    );
  const own = UNSENDABLE.find((name) => isA(value, name));
  if (own !== undefined) throw unsendable(`a ${own}`, place);
  return encodedFields(value, place);
}

/** Objects whose content is not in their own fields. */
const UNSENDABLE: readonly string[] = [
  "Promise",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "SharedArrayBuffer",
  "Number",
  "String",
  "Boolean",
];

const VIEWS: readonly string[] = [
  "Uint8Array",
  "Int8Array",
  "Uint8ClampedArray",
  "Uint16Array",
  "Int16Array",
  "Uint32Array",
  "Int32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
];

function viewName(value: ArrayBufferView, place: Place): string {
  const name = VIEWS.find((known) => isA(value, known));
  if (name === undefined) throw unsendable("an array of numbers of an unknown kind", place);
  return name;
}

function classOf(name: string): unknown {
  return (globalThis as Readonly<Record<string, unknown>>)[name];
}

function isA(value: object, name: string): boolean {
  const known = classOf(name);
  return typeof known === "function" && value instanceof known;
}

/** Own fields, as structured clone takes them: an instance of a class becomes a plain object. */
function encodedFields(value: object, place: Place): unknown {
  const fields: Record<string, unknown> = {};
  let isMarked = false;
  for (const [key, one] of Object.entries(value)) {
    isMarked ||= key === MARK;
    setField(fields, key, encodedAt(one, key, place));
  }
  return isMarked ? marked("object", fields) : fields;
}

/** The key `__proto__` is a field like any other. */
function setField(fields: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") fields[key] = value;
  else Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
}

function dateText(value: Date): string {
  const time = value.getTime();
  return Number.isNaN(time) ? "invalid" : value.toISOString();
}

function unsendable(what: string, { trail }: Place): ValueError {
  const where = trail.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  return new ValueError(`${where === "" ? "The value" : `The field ${where} of the value`} is ${what}, \
which cannot be sent.`);
}

/** Replaces marked objects inside a value that JSON.parse made for this call alone. */
function decoded(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return decodedList(value);
  const fields = value as Record<string, unknown>;
  if (Object.hasOwn(fields, MARK)) return decodedMark(String(fields[MARK]), fields.value);
  for (const [key, one] of Object.entries(fields)) setField(fields, key, decoded(one));
  return fields;
}

function decodedList(values: unknown[]): unknown[] {
  for (let at = 0; at < values.length; at += 1) values[at] = decoded(values[at]);
  return values;
}

function decodedMark(kind: string, value: unknown): unknown {
  const decoder = Object.hasOwn(DECODERS, kind) ? DECODERS[kind] : undefined;
  if (decoder !== undefined) return decoder(value);
  if (kind === "ArrayBuffer") return fromBase64(String(value)).buffer;
  const View = VIEWS.includes(kind) ? classOf(kind) : undefined;
  if (typeof View !== "function") throw new ValueError(`There is no kind of value with the name ${kind}.`);
  return Reflect.construct(View, [fromBase64(String(value)).buffer]);
}

const DECODERS: Readonly<Record<string, ((value: unknown) => unknown) | undefined>> = {
  undefined: () => undefined,
  number: Number,
  bigint: (value) => BigInt(String(value)),
  Date: (value) => new Date(value === "invalid" ? Number.NaN : String(value)),
  RegExp: (value) => new RegExp(textAt(value, 0), textAt(value, 1)),
  Error: (value) => errorOf(textAt(value, 0), textAt(value, 1)),
  Set: (value) => new Set(listOf(value)),
  Map: (value) => new Map(pairsOf(listOf(value))),
  object: (value) => decodedFields(value),
};

function decodedFields(value: unknown): unknown {
  const fields = { ...(value as Record<string, unknown>) };
  for (const [key, one] of Object.entries(fields)) setField(fields, key, decoded(one));
  return fields;
}

function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new ValueError("A Map or Set needs a list.");
  return decodedList(value);
}

function pairsOf(list: readonly unknown[]): [unknown, unknown][] {
  return Array.from({ length: list.length / 2 }, (_, at) => [list[2 * at], list[2 * at + 1]]);
}

function textAt(value: unknown, at: number): string {
  return String(Array.isArray(value) ? value[at] : value);
}

function errorOf(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
