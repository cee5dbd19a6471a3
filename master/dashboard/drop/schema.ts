import type { TaskView } from "../../../shared/contract/about.ts";

/** A member of a task's options, as JSON Schema describes it. */
export interface FieldSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly anyOf?: readonly FieldSchema[];
}

export type OptionValues = Readonly<Record<string, unknown>>;

export type OptionKind =
  | { readonly kind: "choice"; readonly values: readonly unknown[] }
  | { readonly kind: "switch" }
  | { readonly kind: "number"; readonly whole: boolean; readonly schema: FieldSchema }
  | { readonly kind: "text"; readonly schema: FieldSchema }
  | { readonly kind: "json" };

export function optionsOf(schema: TaskView["options"]): readonly [string, FieldSchema][] {
  return Object.entries((schema.properties ?? {}) as Record<string, FieldSchema>);
}

/** The control that fits an option. `null` among the alternatives is the empty field, or a choice of its own. */
export function kindOf(schema: FieldSchema): OptionKind {
  const all = schema.anyOf ?? [schema];
  const nullable = all.some(({ type }) => type === "null");
  const [one, ...others] = all.filter(({ type }) => type !== "null");
  if (one === undefined || others.length > 0) return { kind: "json" };
  if (one.enum !== undefined) return { kind: "choice", values: nullable ? [...one.enum, null] : one.enum };
  if (one.type === "boolean") return { kind: "switch" };
  if (one.type === "integer" || one.type === "number")
    return { kind: "number", whole: one.type === "integer", schema: one };
  return one.type === "string" ? { kind: "text", schema: one } : { kind: "json" };
}

/** Options that people change most; the others are folded away. */
const FIRST = ["languages", "format", "width", "password", "ocr", "neighbours", "language", "keywords"];
const SHOWN = 3;

export function splitOptions(schema: TaskView["options"]) {
  const all = optionsOf(schema).filter(([, { type }]) => type !== "object");
  const known = all.filter(([name]) => FIRST.includes(name));
  const main = (known.length > 0 ? known : all).slice(0, SHOWN);
  return { main, more: all.filter((option) => !main.includes(option)) };
}

/** Only what differs from the defaults, or from the options `before`, is sent. */
export function changedOptions(
  schema: TaskView["options"],
  values: OptionValues,
  before: OptionValues = {},
): OptionValues {
  const changed = optionsOf(schema).filter(([name, option]) => {
    const known = name in before ? before[name] : option.default;
    return name in values && JSON.stringify(values[name]) !== JSON.stringify(known ?? null);
  });
  return Object.fromEntries(changed.map(([name]) => [name, values[name]]));
}

/** `max_pixels` as people read it. */
export function titleOf(name: string): string {
  const words = name.replaceAll("_", " ");
  return words === "ocr" ? "Read scans by OCR" : words.charAt(0).toUpperCase() + words.slice(1);
}
