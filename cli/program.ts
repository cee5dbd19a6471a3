import { Command } from "commander";
import { VERSION } from "../shared/version.ts";
import { addDemo } from "./commands/demo.ts";
import { addJobs, addSlaves, addTasks } from "./commands/lists.ts";
import type { RunCommand } from "./commands/runCommand.ts";
import { addStart } from "./commands/start.ts";
import { addUpload } from "./commands/upload.ts";

/** The program with all its commands. Parsing throws a CommanderError instead of ending the process. */
export function buildProgram(run: RunCommand): Command {
  const program = new Command("manyhands")
    .description("Hand a pile of files to a fleet of machines and get every result back.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError("(--help lists what is valid)")
    .addHelpText("after", EXIT_CODES);
  addUpload(program, run);
  addJobs(program, run);
  addSlaves(program, run);
  addTasks(program, run);
  addStart(program, run);
  addDemo(program, run);
  return program;
}

const EXIT_CODES = `
Exit codes: 0 all done, 1 some files failed, 2 usage, 3 master not reachable or not able to take work,
4 timed out, 130 interrupted.`;
