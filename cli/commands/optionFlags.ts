import { type Command, Option } from "commander";

/** Flags of a command that takes options of a task; `--option` is what many people try first. */
export interface OptionFlags {
  readonly options: readonly string[];
  readonly option: readonly string[];
}

export function withTaskOptions(command: Command): Command {
  const told = "an option of the task, repeatable; or a JSON object";
  return command
    .addOption(new Option("-o, --options <key=value>", told).argParser(repeated).default([], "none"))
    .addOption(new Option("--option <key=value>").argParser(repeated).default([]).hideHelp());
}

/** The options as they were given. */
export function givenOptions({ options = [], option = [] }: Partial<OptionFlags>): readonly string[] {
  return [...options, ...option];
}

function repeated(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
