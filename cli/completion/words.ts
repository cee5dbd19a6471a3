import type { Command } from "commander";

/** What can follow a command on the command line. */
export interface CommandWords {
  /** The command with those above it, joined by spaces: `jobs list`; the program itself is the empty text. */
  readonly path: string;
  readonly description: string;
  /** Names of the commands below. */
  readonly commands: readonly string[];
  readonly options: readonly OptionWords[];
  /** Values of the first argument, where they are known; else files are completed. */
  readonly values: readonly string[];
}

export interface OptionWords {
  /** `--output`, and the short form if there is one. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
}

/** The words of a program and of all commands below it. */
export function wordsOf(command: Command, path = ""): readonly CommandWords[] {
  const own: CommandWords = {
    path,
    description: command.description(),
    commands: command.commands.map((below) => below.name()),
    options: command.options.filter(({ hidden }) => !hidden).map(optionWords),
    values: command.registeredArguments[0]?.argChoices ?? [],
  };
  return [own, ...command.commands.flatMap((below) => wordsOf(below, `${path} ${below.name()}`.trim()))];
}

function optionWords(option: Command["options"][number]): OptionWords {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    description: option.description,
    takesValue: option.required || option.optional,
    values: option.argChoices ?? [],
  };
}
