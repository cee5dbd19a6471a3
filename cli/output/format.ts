/** How a list or a record is printed: a table for people, the others for programs. */
export const OUTPUT_FORMATS = ["table", "json", "ndjson", "csv"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The format that the arguments ask for, also where they are wrong otherwise: errors are printed in it. */
export function formatIn(args: readonly string[]): OutputFormat {
  if (args.includes("--json")) return "json";
  const at = args.findIndex((arg) => arg === "--output" || arg.startsWith("--output="));
  const value = at === -1 ? "" : (args[at]?.split("=")[1] ?? args[at + 1] ?? "");
  return OUTPUT_FORMATS.find((format) => format === value) ?? "table";
}
