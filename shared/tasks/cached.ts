import type { StepFile } from "./task.ts";

/** Caches the last parsed value by the hash of its file: units of a job often share a file, and a child does many of them. */
export function cached<Value>(parse: (file: StepFile) => Promise<Value>): (file: StepFile) => Promise<Value> {
  let last: { readonly sha256: string; readonly value: Value } | undefined;
  return async (file) => {
    if (last?.sha256 !== file.sha256) last = { sha256: file.sha256, value: await parse(file) };
    return last.value;
  };
}
