import type { Command } from "commander";
import { entryOf, type Role } from "../../shared/process/member.ts";

/** `master` */
export function addMaster(program: Command): void {
  addMember(program, "master");
}

/** `slave` */
export function addSlave(program: Command): void {
  addMember(program, "slave");
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
