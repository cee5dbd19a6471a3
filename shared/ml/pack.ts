import type { ByteSource } from "./rows.ts";

/** Arrays with a head of JSON in one piece of bytes: the files that the steps of a training hand to each other. */

export type PackedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

const KINDS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;
export type PackedKind = keyof typeof KINDS;
type ArrayOf<K extends PackedKind> = InstanceType<(typeof KINDS)[K]>;

/** Name, kind and length of an array. */
export type PackedEntry = readonly [name: string, kind: PackedKind, length: number];

interface Layout {
  readonly head: unknown;
  readonly arrays: readonly PackedEntry[];
}

interface Place {
  readonly kind: PackedKind;
  /** Offset of its first byte. */
  readonly from: number;
  readonly length: number;
}

export interface Packed<Head> {
  readonly head: Head;
  has(name: string): boolean;
  /** @throws Error if there is none of this name and kind */
  array<K extends PackedKind>(name: string, kind: K): ArrayOf<K>;
}

/** The bytes before the arrays, which follow in their order. Numbers are written the lowest byte first. */
export function packedStart(head: unknown, arrays: readonly PackedEntry[]): Buffer {
  const layout: Layout = { head, arrays };
  const json = Buffer.from(JSON.stringify(layout));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json]);
}

/** The bytes of an array, not copied. */
export function bytesOf({ buffer, byteOffset, byteLength }: PackedArray): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function packArrays(head: unknown, arrays: Readonly<Record<string, PackedArray>>): Buffer {
  const entries = Object.entries(arrays);
  const start = packedStart(
    head,
    entries.map(([name, array]) => [name, kindOf(array), array.length]),
  );
  return Buffer.concat([start, ...entries.map(([, array]) => bytesOf(array))]);
}

export function unpackArrays<Head>(bytes: Buffer): Packed<Head> {
  const start = 4 + bytes.readUInt32LE(0);
  const layout = JSON.parse(bytes.toString("utf8", 4, start)) as Layout & { head: Head };
  const places = placesOf(layout, start);
  return {
    head: layout.head,
    has: (name) => places.has(name),
    array: (name, kind) => {
      const { from, length } = placeOf(places, name, kind);
      return arrayOf(bytes.subarray(from), kind, length);
    },
  };
}

/** A file of arrays that are read one by one. */
export interface PackedFile<Head> {
  readonly head: Head;
  has(name: string): boolean;
  /** Reads an array. @throws Error if there is none of this name and kind */
  read<K extends PackedKind>(file: ByteSource, name: string, kind: K): Promise<ArrayOf<K>>;
}

export async function openPacked<Head>(file: ByteSource): Promise<PackedFile<Head>> {
  const start = 4 + (await file.slice(0, 4)).readUInt32LE(0);
  const json = await file.slice(4, start - 4);
  const layout = JSON.parse(json.toString("utf8")) as Layout & { head: Head };
  const places = placesOf(layout, start);
  return {
    head: layout.head,
    has: (name) => places.has(name),
    read: async (source, name, kind) => {
      const { from, length } = placeOf(places, name, kind);
      return arrayOf(await source.slice(from, length * KINDS[kind].BYTES_PER_ELEMENT), kind, length);
    },
  };
}

function placesOf({ arrays }: Layout, start: number): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  let from = start;
  for (const [name, kind, length] of arrays) {
    places.set(name, { kind, from, length });
    from += length * KINDS[kind].BYTES_PER_ELEMENT;
  }
  return places;
}

function placeOf(places: ReadonlyMap<string, Place>, name: string, kind: PackedKind): Place {
  const place = places.get(name);
  if (place?.kind !== kind) throw new Error(`there is no array ${name} of ${kind}`);
  return place;
}

/** The numbers in the first bytes; a view where the place of the bytes allows it, else a copy. */
function arrayOf<K extends PackedKind>(bytes: Buffer, kind: K, length: number): ArrayOf<K> {
  const type = KINDS[kind];
  const size = length * type.BYTES_PER_ELEMENT;
  if (bytes.length < size) throw new Error("the arrays are cut short");
  const isAligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0;
  if (isAligned && bytes.buffer.byteLength < 2 * size)
    return new type(bytes.buffer as ArrayBuffer, bytes.byteOffset, length) as ArrayOf<K>;
  const array = new type(length);
  new Uint8Array(array.buffer).set(bytes.subarray(0, size));
  return array as ArrayOf<K>;
}

function kindOf(array: PackedArray): PackedKind {
  if (array instanceof Float64Array) return "f64";
  if (array instanceof Float32Array) return "f32";
  return array instanceof Int32Array ? "i32" : "u8";
}
