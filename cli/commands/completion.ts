import { Argument, type Command } from "commander";
import { bashScript, fishScript, zshScript } from "../completion/scripts.ts";
import { wordsOf } from "../completion/words.ts";
import type { RunCommand } from "./runCommand.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** `completion <shell>` */
export function addCompletion(program: Command, run: RunCommand): void {
  program
    .command("completion")
    .description("print a script that completes commands, options and values in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) =>
      run(async ({ terminal }) => {
        terminal.print(SCRIPTS[shell](wordsOf(program)));
        return 0;
      }),
    );
}
