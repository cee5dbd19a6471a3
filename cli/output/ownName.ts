import { basename } from "node:path";

/** How this program was called, for hints: `node cli` in a checkout, else `manyhands` or `npx manyhands`. */
export function ownName(script = process.argv[1] ?? ""): string {
  if (basename(script) === "cli") return "node cli";
  return /[/\\]node_modules[/\\]/.test(script) ? "npx manyhands" : "manyhands";
}

/** The command that starts a master or a slave by itself. */
export function startCommand(role: "master" | "slave"): string {
  return ownName() === "node cli" ? `npm run ${role}` : `${ownName()} ${role}`;
}
