import type { Command } from "commander";
import { ACCESS_VARIABLES, readAccess } from "../../shared/access.ts";
import { parseBytes, readVariables, textOf } from "../../shared/env.ts";
import { printable } from "../../shared/printable.ts";
import { environment } from "../config.ts";
import type { CliContext } from "../context.ts";
import { type DoctorFinding, type FindingState, problem } from "../doctor/finding.ts";
import { fleetState } from "../doctor/fleet.ts";
import { folderState, nodeVersion, ocrLanguages } from "../doctor/machine.ts";
import { portState } from "../doctor/ports.ts";
import { proxyState, variablesState } from "../doctor/surroundings.ts";
import { EXIT } from "../exit.ts";
import type { Terminal, TextStyle } from "../output/terminal.ts";
import { counted } from "../output/words.ts";
import { type DeclaredVariable, declaredIn, variableTables } from "../settings/declared.ts";
import { type ConnectionFlags, type MasterTarget, targetOf, timeLimited, withOutput } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";
import { formatOf, printShown, type Shown } from "./show.ts";

/** `doctor` */
export function addDoctor(program: Command, run: RunCommand): void {
  const command = program
    .command("doctor")
    .description("check this machine, the master and the way between them, and say what to do");
  withOutput(command).action((flags: ConnectionFlags) =>
    run(async (context) => {
      const format = formatOf(flags);
      const findings = await timeLimited(context, flags, (signal) => examine(context, flags, signal));
      return printShown(shownOf(findings), { format, terminal: context.terminal });
    }),
  );
}

async function examine(
  context: CliContext,
  flags: ConnectionFlags,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const declared = declaredIn(await variableTables());
  const here = { env: environment(), fromFile: context.envFile };
  const setting = settingReader(declared);
  const target = await targetOf(context, flags).catch((error: unknown) =>
    problem("master", error instanceof Error ? error.message : String(error), "Mend these variables first."),
  );
  return [
    nodeVersion(process.version),
    ...variablesState(declared, here),
    ...(await machine(setting, "state" in target ? undefined : target.ca)),
    ...("state" in target
      ? [target]
      : [...(await fleet(target, setting, signal)), proxyState(here, target.url)]),
  ];
}

/** The text of a variable; empty when it is not set and has no default. */
type SettingReader = (name: string) => string;

function settingReader(declared: readonly DeclaredVariable[]): SettingReader {
  const variables = new Map(declared.map(({ variable }) => [variable.name, variable]));
  return (name) => {
    const variable = variables.get(name);
    return (variable === undefined ? undefined : textOf(variable, environment())) ?? "";
  };
}

async function machine(setting: SettingReader, ca: Buffer | undefined): Promise<DoctorFinding[]> {
  const minFreeBytes = parseBytes(setting("MIN_FREE_BYTES")) ?? 0;
  const port = (role: "master" | "slave") => {
    const prefix = role.toUpperCase();
    return portState({
      role,
      host: setting(`${prefix}_HOST`),
      port: Number(setting(`${prefix}_PORT`)) || 0,
      ca,
    });
  };
  return await Promise.all([
    folderState({ check: "data folder", folder: setting("DATA_DIR"), variable: "DATA_DIR", minFreeBytes }),
    folderState({
      check: "results folder",
      folder: setting("RESULTS_DIR"),
      variable: "RESULTS_DIR",
      minFreeBytes,
    }),
    port("master"),
    port("slave"),
    ocrLanguages(),
  ]);
}

async function fleet(
  target: MasterTarget,
  setting: SettingReader,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const slave = {
    host: setting("SLAVE_HOST"),
    port: Number(setting("SLAVE_PORT")),
    announced: setting("SLAVE_IP") || undefined,
  };
  return await fleetState({ ...target, signal, slave, fleetToken: fleetToken() });
}

/** Undefined where none is set, and where its variables cannot be used: another finding tells that. */
function fleetToken(): string | undefined {
  try {
    return readAccess(readVariables(ACCESS_VARIABLES, environment())).fleetToken;
  } catch {
    return undefined;
  }
}

function shownOf(findings: readonly DoctorFinding[]): Shown {
  const count = (state: FindingState) => findings.filter((finding) => finding.state === state).length;
  const [problems, warnings] = [count("problem"), count("warning")];
  return {
    document: { problems, warnings, checks: findings },
    rows: findings,
    fields: ["check", "state", "text", "remedy"],
    lines: (terminal) => [
      ...findings.flatMap((finding) => linesOf(finding, terminal)),
      "",
      `${counted(problems, "problem")}, ${counted(warnings, "warning")}`,
    ],
    code: problems > 0 ? EXIT.failed : EXIT.done,
  };
}

const STYLES: Readonly<Record<FindingState, TextStyle>> = { ok: "green", warning: "yellow", problem: "red" };
const STATE_WIDTH = 9;
const CHECK_WIDTH = 16;

function linesOf({ check, state, text, remedy }: DoctorFinding, { paint }: Terminal): string[] {
  const head = `${paint(STYLES[state], state.padEnd(STATE_WIDTH))}${check.padEnd(CHECK_WIDTH)}`;
  const indent = " ".repeat(STATE_WIDTH + CHECK_WIDTH);
  return [`${head}${printable(text)}`, ...(remedy === undefined ? [] : [`${indent}${printable(remedy)}`])];
}
