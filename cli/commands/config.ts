import { type Command, Option } from "commander";
import { printable } from "../../shared/printable.ts";
import { environment } from "../config.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { type Column, tableLines } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { declaredIn, variableTables } from "../settings/declared.ts";
import { type StrangeVariable, strangeVariables } from "../settings/misspelt.ts";
import { type Setting, settingsOf } from "../settings/settings.ts";
import { type ConnectionFlags, outputOption } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";
import { formatOf, printShown, type Shown } from "./show.ts";

interface ConfigFlags extends Pick<ConnectionFlags, "output" | "json"> {
  readonly of?: string;
  readonly set?: boolean;
}

/** `config` */
export function addConfig(program: Command, run: RunCommand): void {
  program
    .command("config")
    .description("show each variable with its value and where it comes from; secrets are hidden")
    .addOption(
      new Option("--of <program>", "only variables of this program").choices(["master", "slave", "cli"]),
    )
    .option("--set", "only variables that are set")
    .addOption(outputOption())
    .option("--json", "as --output json")
    .action((flags: ConfigFlags) =>
      run(async (context) => {
        const format = formatOf(flags);
        return printShown(await config(flags, context), { format, terminal: context.terminal });
      }),
    );
}

async function config({ of, set }: ConfigFlags, { envFile }: CliContext): Promise<Shown> {
  const declared = declaredIn(await variableTables());
  const here = { env: environment(), fromFile: envFile };
  const names = declared.map(({ variable }) => variable.name);
  const strange = strangeVariables(names, here);
  const settings = settingsOf(declared, here).filter(
    ({ read_by, source }) =>
      (of === undefined || read_by.includes(of)) &&
      (set !== true || !["default", "not set"].includes(source)),
  );
  return {
    document: { variables: settings, unknown: strange },
    rows: settings,
    fields: ["name", "value", "source", "from", "read_by", "problem", "meaning"],
    lines: (terminal) => lines(settings, strange, terminal),
    code:
      strange.length > 0 || settings.some(({ problem }) => problem !== undefined) ? EXIT.failed : EXIT.done,
  };
}

function lines(
  settings: readonly Setting[],
  strange: readonly StrangeVariable[],
  terminal: Terminal,
): string[] {
  const problems = settings.flatMap(({ name, value, problem }) =>
    problem === undefined ? [] : [`${name}=${value ?? ""}: ${problem}`],
  );
  const unknown = strange.map(({ name, source, meant }) => {
    const hint = meant === undefined ? "docs/configuration.md lists all" : `is ${meant} meant?`;
    return `${name} (${source}) is no variable of manyhands: ${hint}`;
  });
  return [
    ...tableLines(COLUMNS, settings, terminal.width),
    ...[...problems, ...unknown].map((line) => terminal.paint("red", printable(line))),
  ];
}

const COLUMNS: readonly Column<Setting>[] = [
  { title: "VARIABLE", value: ({ name }) => name, keep: "whole" },
  { title: "VALUE", value: ({ value }) => value ?? "-" },
  { title: "FROM", value: ({ source, from }) => (from === undefined ? source : `${source}: ${from}`) },
  { title: "READ BY", value: ({ read_by }) => read_by.join(", ") },
];
