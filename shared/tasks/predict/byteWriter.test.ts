import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter } from "./byteWriter.ts";

test("pieces follow each other, also when they are many and not in ASCII", () => {
  const writer = new ByteWriter();
  let text = "";
  for (let at = 0; at < 20_000; at += 1) {
    const piece = `${at} Äpfel 🍎,`;
    writer.text(piece);
    writer.copy(Buffer.from("<row>"), 1, 4);
    text += `${piece}row`;
  }
  expect(String(writer.finish())).toBe(text);
});

test.each([0, 1, 0.5, 0.1 + 0.2, 1e-6, 4e-7, 0.9999999, 0.123456, 1 / 3, Number.NaN])(
  "the share %j is written as JavaScript writes it, rounded to six decimals",
  (value) => {
    const writer = new ByteWriter();
    writer.share(value);
    expect(String(writer.finish())).toBe(String(Math.round(value * 1e6) / 1e6));
  },
);

test("any share is written as JavaScript writes it, rounded to six decimals", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (value) => {
      const writer = new ByteWriter();
      writer.share(value);
      expect(String(writer.finish())).toBe(String(Math.round(value * 1e6) / 1e6));
    }),
  );
});
