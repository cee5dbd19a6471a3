import { writeFile } from "node:fs/promises";
import { CLI_VARIABLES } from "../cli/config.ts";
import { MASTER_VARIABLES } from "../master/config.ts";
import type { Variable } from "../shared/env.ts";
import { SLAVE_VARIABLES } from "../slave/config.ts";

/** Writes `.env.example` and docs/configuration.md from the tables that the processes read. */

interface Listed {
  readonly variable: Pick<Variable<unknown>, "name" | "fallback" | "meaning">;
  readonly readBy: readonly string[];
}

const TABLES = { master: MASTER_VARIABLES, slave: SLAVE_VARIABLES, cli: CLI_VARIABLES };

export function listVariables(): Listed[] {
  const listed = new Map<string, Listed>();
  for (const [process, table] of Object.entries(TABLES)) {
    for (const variable of Object.values(table)) {
      const known = listed.get(variable.name);
      listed.set(variable.name, {
        variable: known?.variable ?? variable,
        readBy: [...(known?.readBy ?? []), process],
      });
    }
  }
  return [...listed.values()];
}

export function envExample(): string {
  const lines = listVariables().map(({ variable, readBy }) => {
    const { name, fallback, meaning } = variable;
    return `# ${meaning} (${readBy.join(", ")})\n${fallback === undefined ? "#" : ""}${name}=${fallback ?? ""}\n`;
  });
  return `# Every variable that manyhands reads, with its default. Copy this file to .env and change what you need.\n\n${lines.join("\n")}`;
}

export function configurationDoc(): string {
  const rows = listVariables().map(({ variable, readBy }) => {
    const { name, fallback, meaning } = variable;
    return `| \`${name}\` | ${fallback ? `\`${fallback}\`` : ""} | ${meaning.replaceAll("|", "\\|")} | ${readBy.join(", ")} |`;
  });
  return `# Configuration

Variables of the environment, or of a file \`.env\` in the folder that a process is started in; what is set in
the environment wins. A process that finds variables it cannot use names all of them at once and does not
start. Sizes may have a unit: \`512MB\`, \`10GB\` (powers of 1024). This page is written by \`npm run docs:config\`.

| variable | default | meaning | read by |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(".env.example", envExample());
  await writeFile("docs/configuration.md", configurationDoc());
}
