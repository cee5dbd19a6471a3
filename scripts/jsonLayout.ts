const LINE = 110;

/** JSON with as much on a line as fits. */
export function layout(value: unknown, indent = ""): string {
  const line = spaced(value);
  if (line.length + indent.length <= LINE || typeof value !== "object" || value === null) return line;
  const deeper = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((member) => `${deeper}${layout(member, deeper)}`)
    : Object.entries(value).map(
        ([key, member]) => `${deeper}${JSON.stringify(key)}: ${layout(member, deeper)}`,
      );
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${members.join(",\n")}\n${indent}${close}`;
}

/** JSON on one line, with spaces after colons and commas. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return "{}";
  return `{ ${members.map(([key, member]) => `${JSON.stringify(key)}: ${spaced(member)}`).join(", ")} }`;
}
