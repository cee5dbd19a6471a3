/** Arrays with a head of JSON in one piece of bytes: the files that the steps of a training hand to each other. */

type PackedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

const KINDS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;

interface Layout {
  readonly head: unknown;
  readonly arrays: readonly (readonly [name: string, kind: Kind, length: number])[];
}

export interface Packed<Head> {
  readonly head: Head;
  has(name: string): boolean;
  /** @throws Error if there is none of this name and kind */
  array<K extends Kind>(name: string, kind: K): InstanceType<(typeof KINDS)[K]>;
}

/** Numbers are written as processors of today hold them: the lowest byte first. */
export function packArrays(head: unknown, arrays: Readonly<Record<string, PackedArray>>): Buffer {
  const entries = Object.entries(arrays);
  const layout: Layout = {
    head,
    arrays: entries.map(([name, array]) => [name, kindOf(array), array.length]),
  };
  const json = Buffer.from(JSON.stringify(layout));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const bytes = entries.map(([, { buffer, byteOffset, byteLength }]) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat([length, json, ...bytes]);
}

export function unpackArrays<Head>(bytes: Buffer): Packed<Head> {
  const start = 4 + bytes.readUInt32LE(0);
  const { head, arrays } = JSON.parse(bytes.toString("utf8", 4, start)) as Layout & { head: Head };
  const places = new Map<string, { kind: Kind; from: number; length: number }>();
  let from = start;
  for (const [name, kind, length] of arrays) {
    places.set(name, { kind, from, length });
    from += length * KINDS[kind].BYTES_PER_ELEMENT;
  }
  return {
    head,
    has: (name) => places.has(name),
    array: (name, kind) => {
      const place = places.get(name);
      if (place?.kind !== kind) throw new Error(`there is no array ${name} of ${kind}`);
      const type = KINDS[kind];
      const array = new type(place.length);
      const { from } = place;
      // A copy, because a view would need an offset that fits the size of the numbers.
      new Uint8Array(array.buffer).set(bytes.subarray(from, from + array.byteLength));
      return array as InstanceType<(typeof KINDS)[typeof kind]>;
    },
  };
}

function kindOf(array: PackedArray): Kind {
  if (array instanceof Float64Array) return "f64";
  if (array instanceof Float32Array) return "f32";
  return array instanceof Int32Array ? "i32" : "u8";
}
