import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The statuses of docs/errors.md by code, as a pattern; an empty one where a code ends no request. */
export function documentedStatuses(): ReadonlyMap<string, RegExp> {
  const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
  const rows = page.matchAll(/^\| `([a-z_]+)` \|\s*([\dx]{3}(?:, [\dx]{3})*)?\s*\|/gm);
  return new Map([...rows].map(([, code = "", statuses = ""]) => [code, patternOf(statuses)]));
}

function patternOf(statuses: string): RegExp {
  return new RegExp(`^(?:${statuses.replaceAll("x", "\\d").replaceAll(", ", "|")})$`);
}
