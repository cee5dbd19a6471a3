import fc from "fast-check";
import { expect, test } from "vitest";
import { PartHeaders } from "./partHeaders.ts";

const BOUNDARY = "bound";

/** A part with control bytes in its header and its contents. */
const part = fc.record({
  name: fc.string({ unit: fc.constantFrom("a", "\x01", "\x7f", "ü", "-", "\t"), maxLength: 8 }),
  contents: fc.string({
    unit: fc.constantFrom("\r", "\n", "-", "\x01", "x", "\r\n--bou", "\r\n\r\n", "name=\x02"),
    maxLength: 12,
  }),
});

test("control bytes of headers, and no others, become _ in any pieces of any body", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), fc.array(fc.nat(30), { maxLength: 60 }), (parts, cuts) => {
      const headers = new PartHeaders(BOUNDARY);
      const body = Buffer.from(bodyOf(parts, (name) => name));
      for (const piece of pieces(body, cuts)) headers.clean(piece);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
      expect(body.toString()).toBe(bodyOf(parts, (name) => name.replace(/[\x01\x7f]/g, "_")));
    }),
    { numRuns: 2_000 },
  );
});

interface Part {
  readonly name: string;
  readonly contents: string;
}

function bodyOf(parts: readonly Part[], header: (name: string) => string): string {
  const all = parts.map(
    ({ name, contents }) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="${header(name)}"\r\n\r\n${contents}\r\n`,
  );
  return `${all.join("")}--${BOUNDARY}--\r\n`;
}

/** Views of the body, cut after so many bytes each. */
function* pieces(body: Buffer, cuts: readonly number[]): Generator<Buffer> {
  let from = 0;
  for (const length of cuts) {
    yield body.subarray(from, from + length);
    from += length;
  }
  yield body.subarray(from);
}
