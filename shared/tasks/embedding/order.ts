const HIGH = 0xd800;

/** Compares by code point, as Python does; JavaScript's own order differs beyond U+FFFF. */
export function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates rank above all other units, as they encode higher code points. */
function rank(unit: number): number {
  return unit >= HIGH && unit < 0xe000 ? unit + 0x10000 : unit;
}
