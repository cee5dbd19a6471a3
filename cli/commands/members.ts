import type { Command } from "commander";
import { entryOf, migrationEntry, type Role } from "../../shared/process/member.ts";

/** `master` */
export function addMaster(program: Command): void {
  addMember(program, "master");
}

/** `slave` */
export function addSlave(program: Command): void {
  addMember(program, "slave");
}

/** `migrate`: a program of its own, too. */
export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description(
      "bring the tables of DATABASE_URL to this version; masters of other versions do not start then",
    )
    .action(async () => {
      await import(migrationEntry().href);
    });
}

/** Programs of their own: they take their settings from variables, handle the signals, and end the process. */
function addMember(program: Command, role: Role): void {
  program
    .command(role)
    .description(`run a ${role} in this process until Ctrl-C or SIGTERM`)
    .action(async () => {
      await import(entryOf(role).href);
      await new Promise<never>(() => undefined);
    });
}
