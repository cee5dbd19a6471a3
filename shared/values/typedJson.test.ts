import fc from "fast-check";
import { expect, test } from "vitest";
import { fromTypedText, toTypedText, ValueError } from "./typedJson.ts";

const bytes = fc.uint8Array({ maxLength: 40 });
const leaf = fc.oneof(
  fc.constantFrom(undefined, null, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  fc.string({ unit: "binary" }),
  fc.double(),
  fc.boolean(),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  bytes,
  bytes.map((one) => one.slice().buffer),
  fc.float64Array({ maxLength: 5 }),
  fc.bigInt64Array({ maxLength: 5 }),
  fc.constantFrom(/a+/g, /[^"]\n/su),
);
const key = fc.oneof(fc.string(), fc.constantFrom("$manyhands", "__proto__", "toJSON", "value"));
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("any"), { maxLength: 5 }),
    fc.dictionary(key, tie("any"), { maxKeys: 5 }),
    fc.array(fc.tuple(tie("any"), tie("any")), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie("any"), { maxLength: 3 }).map((list) => new Set(list)),
  ),
})).any;

test("typed JSON carries values as structured clone does", () => {
  fc.assert(
    fc.property(value, (one) => {
      const text = toTypedText(one);
      expect(text).not.toContain("\n");
      expect(fromTypedText(text)).toStrictEqual(structuredClone(one));
    }),
    { numRuns: 500 },
  );
});

test("plain JSON stays as it is", () => {
  fc.assert(
    fc.property(
      fc.jsonValue().map((one) => JSON.parse(JSON.stringify(one)) as unknown),
      (one) => {
        expect(toTypedText(one)).toBe(JSON.stringify(one));
      },
    ),
  );
});

test("an error keeps its name and message, an instance of a class its fields", () => {
  const error = fromTypedText(toTypedText(new RangeError("too far")));
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: "RangeError", message: "too far" });
  class Point {
    x = 1;
    #hidden = 2;
    sum() {
      return this.x + this.#hidden;
    }
  }
  expect(fromTypedText(toTypedText(new Point()))).toStrictEqual({ x: 1 });
});

test.each([
  [() => 1, "The value is a function"],
  [{ a: [{ b: Symbol("x") }] }, "The field .a[0].b of the value is a symbol"],
  [new Map([["k", Promise.resolve()]]), "is a Promise"],
  [[new Number(1)], "The field [0] of the value is a Number"],
])("what cannot be sent is named with its place: %s", (one, message) => {
  expect(() => toTypedText(one)).toThrow(ValueError);
  expect(() => toTypedText(one)).toThrow(message);
});

test("a circle is refused; the same object twice is not", () => {
  const circle: { self?: object } = {};
  circle.self = circle;
  expect(() => toTypedText(circle)).toThrow(
    "The field .self of the value is a reference to an object that holds it",
  );
  const shared = { x: 1 };
  expect(fromTypedText(toTypedText([shared, shared]))).toEqual([{ x: 1 }, { x: 1 }]);
});

test.each(['{"$manyhands":"Bogus"}', '{"$manyhands":"constructor"}', '{"$manyhands":"Map","value":7}'])(
  "a kind that is not there is refused: %s",
  (text) => {
    expect(() => fromTypedText(text)).toThrow(ValueError);
  },
);
