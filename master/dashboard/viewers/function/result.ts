/** What the viewers read of a result of the task function, version 1. */
export interface ShownFunctionResult {
  readonly results: readonly FunctionItem[];
  readonly console: readonly { readonly index: number; readonly level: string; readonly text: string }[];
  readonly console_dropped: number;
  readonly counts: { readonly items: number; readonly succeeded: number; readonly failed: number };
}

/** What the function gave for one item. Values are typed JSON. */
export type FunctionItem =
  | { readonly index: number; readonly value?: unknown }
  | { readonly index: number; readonly error: { readonly name: string; readonly message: string } };

/** Characters of a value that are shown. */
const LONGEST = 500;

/** A value on one line. */
export function shownValue(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
