/** What a file holds if it is read as UTF-8. */
export interface Utf8Scan {
  /** Number of valid characters of two bytes and more. */
  readonly valid: number;
  /** Number of places with invalid bytes. */
  readonly invalid: number;
}

const SURROGATE = 0xed;

export function scanUtf8(bytes: Uint8Array): Utf8Scan {
  let valid = 0;
  let invalid = 0;
  for (let at = 0; at < bytes.length; ) {
    if ((bytes[at] ?? 0) < 0x80) {
      at += 1;
      continue;
    }
    const length = isPair(bytes, at) ? 6 : lengthAt(bytes, at);
    if (length === 0) {
      invalid += 1;
      at = afterInvalid(bytes, at + 1);
    } else {
      valid += 1;
      at += length;
    }
  }
  return { valid, invalid };
}

/** Decodes UTF-8 whose characters beyond U+FFFF may be two surrogates of three bytes each (CESU-8, of Java and Oracle). */
export function decodeCesu8(bytes: Buffer): string {
  const out = Buffer.allocUnsafe(bytes.length);
  let to = 0;
  for (let at = 0; at < bytes.length; ) {
    if (isPair(bytes, at)) {
      to += out.write(String.fromCharCode(unitAt(bytes, at), unitAt(bytes, at + 3)), to, "utf8");
      at += 6;
    } else {
      out[to] = bytes[at] ?? 0;
      to += 1;
      at += 1;
    }
  }
  return out.toString("utf8", 0, to);
}

function isPair(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== SURROGATE || bytes[at + 3] !== SURROGATE) return false;
  const high = bytes[at + 1] ?? 0;
  const low = bytes[at + 4] ?? 0;
  return (
    inRange(high, 0xa0, 0xaf) && inRange(low, 0xb0, 0xbf) && isNext(bytes, at + 2) && isNext(bytes, at + 5)
  );
}

function unitAt(bytes: Uint8Array, at: number): number {
  return 0xd000 | (((bytes[at + 1] ?? 0) & 0x3f) << 6) | ((bytes[at + 2] ?? 0) & 0x3f);
}

/** Number of bytes of the character at `at`, which is not ASCII; 0 if it is not valid. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = claimedLength(lead);
  if (length === 0 || !isSecond(lead, bytes[at + 1] ?? 0)) return 0;
  for (let next = 2; next < length; next += 1) if (!isNext(bytes, at + next)) return 0;
  return length;
}

function claimedLength(lead: number): number {
  if (inRange(lead, 0xc2, 0xdf)) return 2;
  if (inRange(lead, 0xe0, 0xef)) return 3;
  return inRange(lead, 0xf0, 0xf4) ? 4 : 0;
}

/** Leads whose second byte has a range of its own: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
const SECONDS: Readonly<Record<number, readonly [from: number, to: number]>> = {
  224: [0xa0, 0xbf],
  [SURROGATE]: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
};

function isSecond(lead: number, second: number): boolean {
  const [from, to] = SECONDS[lead] ?? [0x80, 0xbf];
  return inRange(second, from, to);
}

/** One place ends where a character can begin: the rest of a character that is cut counts once. */
function afterInvalid(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < from + 3 && isNext(bytes, at)) at += 1;
  return at;
}

function isNext(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) & 0xc0) === 0x80;
}

function inRange(byte: number, from: number, to: number): boolean {
  return byte >= from && byte <= to;
}
