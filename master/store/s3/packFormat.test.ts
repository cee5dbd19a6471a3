import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOf } from "../key.ts";
import {
  encodedPack,
  entriesOf,
  keysOfList,
  listBytes,
  packId,
  payloadOf,
  rangeOfEntry,
} from "./packFormat.ts";

const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 30 });

test("each payload is found in its pack by the keys that the list tells", () => {
  fc.assert(
    fc.property(payloads, (given) => {
      const { pack, bytes } = packOf(given);
      const keys = keysOfList(bytes.subarray(0, listBytes(given.length)), { group: "g", pack });
      expect(keys?.map((key) => payloadAt(bytes, key))).toEqual(given.map((one) => Buffer.from(one)));
    }),
  );
});

test("the id of a pack tells the number of its entries", () => {
  for (const entries of [1, 35, 36, 1_296, 10_000])
    expect(entriesOf(packId({ run: "abc", count: 7 }, entries))).toBe(entries);
  expect(entriesOf("0-1")).toBeUndefined();
});

test("a flipped bit is found, in the list and in an entry", () => {
  const { pack, bytes } = packOf([Buffer.from("hello world")]);
  const list = () => bytes.subarray(0, listBytes(1));
  const [key = ""] = keysOfList(list(), { group: "g", pack }) ?? [];
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(payloadAt(bytes, key)).toBe("damaged");
  bytes[8] = (bytes[8] ?? 0) ^ 1;
  expect(keysOfList(list(), { group: "g", pack })).toBeUndefined();
});

test("an entry of another group or length is none", () => {
  const { pack, bytes } = packOf([Buffer.from("hello world")]);
  const [key = ""] = keysOfList(bytes.subarray(0, listBytes(1)), { group: "g", pack }) ?? [];
  expect(payloadAt(bytes, key.replace(/^g/, "h"))).toBe("foreign");
  expect(payloadAt(bytes, key.replace(/b$/, "a"))).toBe("foreign");
});

function packOf(given: readonly Uint8Array[]) {
  const waiting = given.map((payload) => ({ group: "g", payload, resolve: unused, reject: unused }));
  return { pack: packId({ run: "r", count: 1 }, given.length), bytes: encodedPack(waiting) };
}

function payloadAt(bytes: Buffer, key: string) {
  const place = placeOf(key);
  if (place?.kind !== "packed") throw new Error(`${key} is no key of an entry`);
  const { start, end } = rangeOfEntry(place);
  return payloadOf(bytes.subarray(start, end + 1), place);
}

/** Stands for a function that the code under test does not reach. */
function unused(): never {
  throw new Error("the test does not use this");
}
