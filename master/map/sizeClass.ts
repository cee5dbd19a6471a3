/** Size class of a unit: two classes per power of ten bytes, so that times within a class are alike. */
export function sizeClass(bytes: number): number {
  return Math.round(Math.log10(Math.max(bytes, 1)) * 2);
}
