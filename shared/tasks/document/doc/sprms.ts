/** A change of a property: its code (MS-DOC 2.6) and its operand. */
export interface Sprm {
  readonly code: number;
  readonly operand: Buffer;
}

/** Bytes of the operand by the highest three bits of the code; 6 stands for a length before it. */
const LENGTHS = [1, 1, 2, 4, 2, 2, -1, 3];
const TABLE_DEFINITION = 0xd608;
const TABS = 0xc615;

/** The changes of a list, up to the first that does not fit into it. */
export function* sprmsOf(list: Buffer): Generator<Sprm> {
  for (let at = 0; at + 2 < list.length; ) {
    const code = list.readUInt16LE(at);
    const from = at + 2;
    const { head, length } = operandOf(list, code, from);
    if (from + head + length > list.length) return;
    yield { code, operand: list.subarray(from + head, from + head + length) };
    at = from + head + length;
  }
}

function operandOf(list: Buffer, code: number, from: number) {
  const fixed = LENGTHS[code >> 13] ?? 1;
  if (fixed !== -1) return { head: 0, length: fixed };
  const stated = list[from] ?? 0;
  if (code === TABLE_DEFINITION)
    return from + 2 > list.length
      ? { head: 2, length: 0 }
      : { head: 2, length: Math.max(0, list.readUInt16LE(from) - 1) };
  if (code === TABS && stated === 255) {
    const deleted = 2 + 4 * (list[from + 1] ?? 0);
    return { head: 1, length: deleted - 1 + 1 + 3 * (list[from + deleted] ?? 0) };
  }
  return { head: 1, length: stated };
}

/** A number at the start of an operand, by its length. */
export function numberOf(operand: Buffer): number {
  return operand.length === 0 ? 0 : operand.readUIntLE(0, Math.min(4, operand.length));
}
