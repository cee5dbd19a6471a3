import { Command } from "commander";
import { VERSION } from "../shared/version.ts";
import type { RunCommand } from "./commands/runCommand.ts";

/** Adds one command to the program. */
type AddCommand = (program: Command, run: RunCommand) => void;

/** The commands in the order of the help. Each is loaded only when it is needed: some bring large libraries with them. */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  upload: async () => (await import("./commands/upload.ts")).addUpload,
  train: async () => (await import("./commands/train.ts")).addTrain,
  predict: async () => (await import("./commands/predict.ts")).addPredict,
  run: async () => (await import("./commands/run.ts")).addRun,
  jobs: async () => (await import("./commands/jobs/command.ts")).addJobs,
  results: async () => (await import("./commands/jobs/results.ts")).addResults,
  retry: async () => (await import("./commands/jobs/change.ts")).addRetry,
  cancel: async () => (await import("./commands/jobs/change.ts")).addCancel,
  slaves: async () => (await import("./commands/slaves.ts")).addSlaves,
  tasks: async () => (await import("./commands/tasks.ts")).addTasks,
  top: async () => (await import("./commands/top.ts")).addTop,
  up: async () => (await import("./commands/start.ts")).addUp,
  start: async () => (await import("./commands/start.ts")).addStart,
  master: async () => (await import("./commands/members.ts")).addMaster,
  slave: async () => (await import("./commands/members.ts")).addSlave,
  migrate: async () => (await import("./commands/members.ts")).addMigrate,
  doctor: async () => (await import("./commands/doctor.ts")).addDoctor,
  config: async () => (await import("./commands/config.ts")).addConfig,
  profile: async () => (await import("./commands/profile.ts")).addProfile,
  completion: async () => (await import("./commands/completion.ts")).addCompletion,
  "bench-fleet": async () => (await import("./commands/benchFleet.ts")).addBenchFleet,
  demo: async () => (await import("./commands/demo.ts")).addDemo,
};

/**
 * The program with the command that the arguments name, or with all commands for anything else: help, a wrong name, the
 * completion of all words.
 * Parsing throws a CommanderError instead of ending the process.
 */
export async function buildProgram([name = ""]: readonly string[], run: RunCommand): Promise<Command> {
  const program = new Command("manyhands")
    .description("Hand a pile of files to a fleet of machines and get every result back.")
    .version(VERSION)
    .exitOverride()
    // `jobs --state failed` and `jobs list --state failed` are options of different commands.
    .enablePositionalOptions()
    .showHelpAfterError("(--help lists what is valid)")
    .addHelpText("after", EXIT_CODES);
  const isAlone = Object.hasOwn(COMMANDS, name) && name !== "completion";
  const load = isAlone ? COMMANDS[name] : undefined;
  const loads = load === undefined ? Object.values(COMMANDS) : [load];
  for (const add of await Promise.all(loads.map((loadOne) => loadOne()))) add(program, run);
  return program;
}

const EXIT_CODES = `
Exit codes: 0 all done, 1 some files failed, 2 usage, 3 master not reachable or not able to take work,
4 timed out, 5 all done but files of folders were left out, 129, 130, 143 interrupted.`;
