/** Bytes that a PDF spells in printable characters (ISO 32000, 7.4.2 and 7.4.3); both end at `>`. */

export async function* fromHex(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = "";
  for await (const chunk of source) {
    const [text = "", end] = chunk.toString("latin1").split(">");
    const digits = rest + text.replace(/[^0-9a-f]/gi, "");
    const whole = digits.length - (digits.length % 2);
    yield Buffer.from(digits.slice(0, whole), "hex");
    rest = digits.slice(whole);
    if (end !== undefined) break;
  }
}

/** Four bytes of five characters from `!` on; `z` stands for four zeros. */
export async function* fromBase85(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = "";
  for await (const chunk of source) {
    const [text = "", end] = chunk.toString("latin1").split("~");
    const digits = rest + text.replaceAll("z", "!!!!!").replace(/[^!-u]/g, "");
    const whole = digits.length - (digits.length % 5);
    yield words(digits.slice(0, whole));
    rest = digits.slice(whole);
    if (end === undefined) continue;
    if (rest.length > 1) yield words(rest.padEnd(5, "u")).subarray(0, rest.length - 1);
    break;
  }
}

function words(digits: string): Buffer {
  const bytes = Buffer.alloc((digits.length / 5) * 4);
  for (let at = 0; at < digits.length; at += 5) {
    let value = 0;
    for (let digit = at; digit < at + 5; digit += 1) value = value * 85 + digits.charCodeAt(digit) - 33;
    bytes.writeUInt32BE(value % 2 ** 32, (at / 5) * 4);
  }
  return bytes;
}
