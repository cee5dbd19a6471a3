const CRC8 = Uint8Array.from({ length: 256 }, (_, byte) => remainder(byte, 8, 0x07));
const CRC16 = Uint16Array.from({ length: 256 }, (_, byte) => remainder(byte, 16, 0x8005));

/** CRC-8 with the polynomial x^8 + x^2 + x + 1, start 0. */
export function crc8(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let at = from; at < to; at += 1) crc = CRC8[crc ^ (bytes[at] ?? 0)] ?? 0;
  return crc;
}

/** CRC-16 with the polynomial x^16 + x^15 + x^2 + 1, start 0. */
export function crc16(bytes: Uint8Array, from: number, to: number): number {
  let crc = 0;
  for (let at = from; at < to; at += 1)
    crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ (bytes[at] ?? 0)] ?? 0);
  return crc;
}

function remainder(byte: number, bits: number, polynomial: number): number {
  const top = 2 ** (bits - 1);
  let crc = byte << (bits - 8);
  for (let i = 0; i < 8; i += 1) crc = (crc & top) === 0 ? crc << 1 : (crc << 1) ^ polynomial;
  return crc & (2 ** bits - 1);
}
