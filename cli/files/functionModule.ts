import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../exit.ts";
import { requireFiles } from "./namedFiles.ts";

export type AnyItemFunction = (...values: readonly unknown[]) => unknown;

/** The function that a module has as its default export. @throws UsageError */
export async function functionIn(path: string): Promise<AnyItemFunction> {
  await requireFiles([path]);
  const module = (await import(pathToFileURL(resolve(path)).href).catch((cause: unknown) => {
    throw new UsageError(`${path} cannot be loaded: ${String(cause)}`);
  })) as { readonly default?: unknown };
  if (typeof module.default === "function") return module.default as AnyItemFunction;
  throw new UsageError(`${path} has no function as its default export: export default (x) => …`);
}
