import { type Command, InvalidArgumentError, Option } from "commander";
import { BUILT_IN_HELP, calledFunction } from "../benchFleet/calledFunction.ts";
import { type MeasuredRun, numbersOf, RUN_FIELDS, type RunNumbers } from "../benchFleet/measuredRun.ts";
import { type BenchWish, runsOver, runsOverOwnFleets } from "../benchFleet/runs.ts";
import { madeFolder, writeOut } from "../benchFleet/writeOut.ts";
import type { CliContext } from "../context.ts";
import { EXIT, UsageError } from "../exit.ts";
import { type Column, tableLines } from "../output/table.ts";
import { type ConnectionFlags, connected, timeLimited, withOutput } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";
import { formatOf, printShown, type Shown } from "./show.ts";

interface BenchFlags extends ConnectionFlags {
  readonly callers: readonly number[];
  readonly slaves?: readonly number[];
  readonly slots?: number;
  readonly function: string;
  readonly seconds?: number;
  readonly calls?: number;
  readonly mode?: "sandbox" | "trusted";
  readonly out: string;
}

const SECONDS = 3;
const SLAVES = [1, 2];
const MOST_RUNS_OF_A_KIND = 10;

/** `bench-fleet` */
export function addBenchFleet(program: Command, run: RunCommand): void {
  const command = program
    .command("bench-fleet")
    .description("measure calls of a function: callers over slaves; tables and plots of who was busy when")
    .addOption(
      new Option("--callers <list>", "callers, each with one call at a time; a list makes a run of each")
        .argParser(countsTo(1_000))
        .default([1, 2, 4], "1,2,4"),
    )
    .addOption(
      new Option("--slaves <list>", "slaves of the fleet that is started (1,2)").argParser(countsTo(64)),
    )
    .addOption(new Option("--slots <count>", "slots of each of these slaves (1)").argParser(countTo(64)))
    .addOption(
      new Option(
        "--function <name>",
        "a function of the list below, or a module whose default export is one",
      ).default("spin"),
    )
    .addOption(new Option("--seconds <seconds>", `length of a run (${SECONDS})`).argParser(secondsOf))
    .addOption(
      new Option("--calls <count>", "calls of each caller in a run, instead of --seconds").argParser(
        countTo(1e6),
      ),
    )
    .addOption(
      new Option("--mode <mode>", "where the function runs (trusted; with --master sandbox)").choices([
        "sandbox",
        "trusted",
      ]),
    )
    .option("--out <dir>", "folder of the tables and plots", "bench-fleet")
    .addHelpText("after", `\nFunctions:\n${BUILT_IN_HELP}`);
  withOutput(command).action((flags: BenchFlags) => run((context) => bench(context, flags)));
}

async function bench(context: CliContext, flags: BenchFlags): Promise<number> {
  const { terminal } = context;
  const format = formatOf(flags);
  const isOwn = flags.master === undefined && flags.profile === undefined;
  checkFlags(flags, isOwn);
  const mode = flags.mode ?? (isOwn ? "trusted" : "sandbox");
  const called = await calledFunction(flags.function, mode);
  await madeFolder(flags.out);
  const length = flags.calls === undefined ? { seconds: flags.seconds ?? SECONDS } : { calls: flags.calls };
  const wishOf = (signal: AbortSignal): BenchWish => ({
    ...{ callers: flags.callers, called, mode, length, terminal, signal },
  });
  const { slaves = SLAVES, slots = 1 } = flags;
  const runs = isOwn
    ? await timeLimited(context, flags, (signal) => runsOverOwnFleets(wishOf(signal), { slaves, slots }))
    : await connected(context, flags, ({ client, signal }) => runsOver(client, wishOf(signal)));
  const files = await writeOut(flags.out, runs, `Calls of ${called.name}, ${mode}`);
  return printShown(shownRuns(runs, { function: called.name, mode, out: flags.out, files }), {
    format,
    terminal,
  });
}

/** @throws UsageError */
function checkFlags({ slaves, slots, seconds, calls }: BenchFlags, isOwn: boolean): void {
  if (seconds !== undefined && calls !== undefined)
    throw new UsageError("--seconds and --calls exclude each other: both say how long a run is.");
  if (!isOwn && (slaves !== undefined || slots !== undefined))
    throw new UsageError(
      "--slaves and --slots are for the fleet that the command starts; a master that is given has its own slaves.",
    );
}

interface BenchAbout {
  readonly function: string;
  readonly mode: string;
  readonly out: string;
  readonly files: readonly string[];
}

function shownRuns(runs: readonly MeasuredRun[], about: BenchAbout): Shown {
  const numbers = runs.map(numbersOf);
  const failure = runs.find((run) => run.failure !== undefined)?.failure;
  return {
    document: { ...about, runs: numbers },
    rows: numbers,
    fields: RUN_FIELDS,
    lines: ({ width }) => tableLines(COLUMNS, numbers, width),
    notes: [
      ...(failure === undefined ? [] : [`The first call that failed: ${failure}`]),
      `In ${about.out}/: ${about.files.join(", ")}`,
    ],
    code: failure === undefined ? EXIT.done : EXIT.failed,
  };
}

const COLUMNS: readonly Column<RunNumbers>[] = [
  { title: "CALLERS", value: (run) => run.callers },
  { title: "SLAVES", value: (run) => run.slaves },
  { title: "SLOTS", value: (run) => run.slots },
  { title: "CALLS", value: (run) => run.calls },
  { title: "FAILED", value: (run) => run.failed },
  { title: "SECONDS", value: (run) => run.seconds.toFixed(1) },
  { title: "CALLS/S", value: (run) => run.calls_per_second.toFixed(1) },
  { title: "P50 MS", value: (run) => run.p50_ms.toFixed(1) },
  { title: "P95 MS", value: (run) => run.p95_ms.toFixed(1) },
  { title: "BUSY", value: (run) => `${Math.round(100 * run.busy)} %` },
];

/** `1,2,4`: in order, each once. */
function countsTo(most: number): (raw: string) => readonly number[] {
  return (raw) => {
    const counts = [...new Set(raw.split(",").map(Number))].sort((a, b) => a - b);
    const isGood = (count: number) => Number.isInteger(count) && count >= 1 && count <= most;
    if (counts.every(isGood) && counts.length <= MOST_RUNS_OF_A_KIND) return counts;
    throw new InvalidArgumentError(
      `Whole numbers from 1 to ${most} are needed, at most ${MOST_RUNS_OF_A_KIND} of them: 4, or 1,2,4.`,
    );
  };
}

function countTo(most: number): (raw: string) => number {
  return (raw) => {
    const count = Number(raw);
    if (Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`A whole number from 1 to ${most} is needed.`);
  };
}

function secondsOf(raw: string): number {
  const seconds = Number(raw);
  if (seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError("A number of seconds above 0 and up to 3600 is needed.");
}
