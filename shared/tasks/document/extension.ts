/** Extension of a file's name in lower case, without the dot; empty when the name has none. */
export function extensionOf(filename: string): string {
  return /\.([a-z0-9]+)$/i.exec(filename)?.[1]?.toLowerCase() ?? "";
}
