import { bytesOf } from "./pack.ts";
import type { ModelArrays } from "./trained.ts";

const TYPES = { f64: Float64Array, f32: Float32Array, i32: Int32Array } as const;
type Type = keyof typeof TYPES;
type NumberArray = Float64Array | Float32Array | Int32Array;

/** Arrays of a model as they stand in its file. */
export function toModelArrays(arrays: Readonly<Record<string, NumberArray>>): ModelArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [
      name,
      { type: typeOf(array), data: bytesOf(array).toString("base64") },
    ]),
  );
}

/** Reads an array of a model. Works in browsers, too. @throws Error if the model has none of this name and type */
export function modelArray<T extends Type>(
  arrays: ModelArrays,
  name: string,
  type: T,
): InstanceType<(typeof TYPES)[T]> {
  const found = arrays[name];
  if (found?.type !== type) throw new Error(`the model has no array ${name} of ${type}`);
  const text = atob(found.data);
  const array = new TYPES[type](text.length / TYPES[type].BYTES_PER_ELEMENT);
  const bytes = new Uint8Array(array.buffer);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return array as InstanceType<(typeof TYPES)[T]>;
}

function typeOf(array: NumberArray): Type {
  if (array instanceof Float64Array) return "f64";
  return array instanceof Float32Array ? "f32" : "i32";
}
