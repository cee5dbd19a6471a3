import type { Variable, Variables } from "../../shared/env.ts";
import type { Role } from "../../shared/process/member.ts";
import { CLI_VARIABLES } from "../config.ts";

/** A variable, and the programs that read it. */
export interface DeclaredVariable {
  readonly variable: Variable<unknown>;
  readonly readBy: readonly string[];
}

/** The variables of several programs, each once, in the order in which they are declared. */
export function declaredIn(tables: Readonly<Record<string, Variables>>): readonly DeclaredVariable[] {
  const declared = new Map<string, DeclaredVariable>();
  for (const [program, table] of Object.entries(tables)) {
    for (const variable of Object.values(table)) {
      const known = declared.get(variable.name);
      declared.set(variable.name, {
        variable: known?.variable ?? variable,
        readBy: [...(known?.readBy ?? []), program],
      });
    }
  }
  return [...declared.values()];
}

/** The tables that master, slave and command line read their variables from. */
export async function variableTables(): Promise<Readonly<Record<Role | "cli", Variables>>> {
  return { master: await tableOf("master"), slave: await tableOf("slave"), cli: CLI_VARIABLES };
}

/** Master and slave are programs of their own, which the command line loads as it starts them: by their place. */
async function tableOf(role: Role): Promise<Variables> {
  const place = new URL(`../../${role}/config${import.meta.url.slice(-3)}`, import.meta.url);
  const tables = (await import(place.href)) as Readonly<Record<string, Variables>>;
  return tables[`${role.toUpperCase()}_VARIABLES`] ?? {};
}
