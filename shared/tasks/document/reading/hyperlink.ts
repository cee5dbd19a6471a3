/** The address of the instruction of a field, if that is a link to the outside. */
export function addressOf(instruction: string): string | undefined {
  const [, quoted, bare] =
    /^\s*HYPERLINK\s+(?:"([^"]{1,2000})"|([^\s\\]\S{0,2000}))/i.exec(instruction) ?? [];
  return quoted ?? bare;
}
