import { readFileSync } from "node:fs";
import type { Check } from "../check.ts";

export function measure(
  name: string,
  value: number | string,
  { target, met, note }: { readonly target: string; readonly met: boolean; readonly note?: string },
): Check {
  return { name, value, target, met, ...(note === undefined || note === "" ? {} : { note }) };
}

export function readJson<Value>(path: string): Value {
  return JSON.parse(readFileSync(path, "utf8"));
}
