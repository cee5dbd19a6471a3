/** How a list or a record is printed: a table for people, the others for programs. */
export const PRINT_FORMATS = ["table", "json", "ndjson", "csv"] as const;
export type PrintFormat = (typeof PRINT_FORMATS)[number];

/** The format that the arguments ask for, also where they are wrong otherwise: errors are printed in it. */
export function formatIn(args: readonly string[]): PrintFormat {
  if (args.includes("--json")) return "json";
  const at = args.findIndex((arg) => arg === "--output" || arg.startsWith("--output="));
  const value = at === -1 ? "" : (args[at]?.split("=")[1] ?? args[at + 1] ?? "");
  return PRINT_FORMATS.find((format) => format === value) ?? "table";
}
