import { writeFile } from "node:fs/promises";
import { CLI_VARIABLES } from "../cli/config.ts";
import { type DeclaredVariable, declaredIn } from "../cli/settings/declared.ts";
import { MASTER_VARIABLES } from "../master/config.ts";
import { SLAVE_VARIABLES } from "../slave/config.ts";
import { grouped } from "./configGroups.ts";

/** Writes `.env.example` and docs/configuration.md from the tables that the processes read. */

type Listed = Pick<DeclaredVariable, "readBy"> & {
  readonly variable: Pick<DeclaredVariable["variable"], "name" | "fallback" | "meaning" | "unset">;
};

export function listVariables(): readonly Listed[] {
  return declaredIn({ master: MASTER_VARIABLES, slave: SLAVE_VARIABLES, cli: CLI_VARIABLES });
}

function byGroup() {
  return grouped(new Map(listVariables().map((listed) => [listed.variable.name, listed])));
}

export function envExample(): string {
  const groups = byGroup().map(
    ({ group, members }) => `## ${group.title}\n\n${members.map(envLines).join("\n")}`,
  );
  return `# Every variable that manyhands reads, with its default. Copy this file to .env and change what you need.\n\n${groups.join("\n")}`;
}

function envLines({ variable, readBy }: Listed): string {
  const { name, fallback, meaning, unset } = variable;
  const otherwise = unset === undefined ? "" : `; default: ${unset}`;
  return `# ${meaning} (${readBy.join(", ")}${otherwise})\n${fallback ? "" : "#"}${name}=${fallback ?? ""}\n`;
}

export function configurationDoc(): string {
  const groups = byGroup().map(({ group, members }) => {
    const intro = group.intro === undefined ? "" : `${group.intro}\n\n`;
    const rows = members.map(row).join("\n");
    return `## ${group.title}\n\n${intro}| variable | default | meaning | read by |\n| --- | --- | --- | --- |\n${rows}\n`;
  });
  return `# Configuration

Master, slaves and command line read variables of the environment, and of a file \`.env\` in the folder that they are
started in. The environment wins. A process that finds variables it cannot use names all of them at once and does not start.

Sizes may have a unit: \`512MB\`, \`10GB\` (powers of 1024). Names that end in \`_SECONDS\` are seconds. Lists are separated by
commas. \`npm run docs:config\` writes this page and [.env.example](../.env.example).

${groups.join("\n")}`;
}

function row({ variable, readBy }: Listed): string {
  const { name, fallback, meaning, unset = "none" } = variable;
  const value = fallback ? `\`${fallback}\`${inDays(name, fallback)}` : `${unset}${inDays(name, unset)}`;
  return `| \`${name}\` | ${value} | ${meaning.replaceAll("|", "\\|")} | ${readBy.join(", ")} |`;
}

/** Long times in days or hours: ` (7 days)`. */
function inDays(name: string, value: string): string {
  const hours = Number(value) / 3600;
  if (!name.endsWith("_SECONDS") || !(hours > 1)) return "";
  return hours > 24 ? ` (${hours / 24} days)` : ` (${hours} hours)`;
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(".env.example", envExample());
  await writeFile("docs/configuration.md", configurationDoc());
}
