/** Class of a cell without letters, such as a number: it stands at the side where the rows of its table begin. */
export function cellKind(text: string): "signs" | undefined {
  return /\p{L}/u.test(text) ? undefined : "signs";
}
