import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { TASKS, taskNamed } from "../../shared/tasks/registry.ts";
import type { JsonObject } from "../../shared/tasks/task.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { collect } from "../files/collect.ts";
import type { LocalInput } from "../files/look.ts";
import { noSamples, samplesOf } from "../files/samples.ts";
import { type OwnFleet, withOwnFleet } from "../fleet/ownFleet.ts";
import { createProgress, type Progress } from "../output/progress.ts";
import { counted, secondsInWords } from "../output/words.ts";
import { printBlock, printHeader, printNext } from "./demoReport.ts";
import { emptyOutcome, type JobOutcome } from "./jobOutcome.ts";
import type { RunCommand } from "./runCommand.ts";
import { sendJob } from "./sendJob.ts";
import { allDone } from "./uploadReport.ts";

interface DemoJob {
  readonly task: string;
  readonly options: JsonObject;
  readonly inputs: readonly LocalInput[];
  readonly outcome: JobOutcome;
}

/** Subfolder of the results, so that samples take no names from the user's own files. */
const RESULTS = "demo";
const SLAVES = 2;

/** `demo` */
export function addDemo(program: Command, run: RunCommand): void {
  program
    .command("demo")
    .description("start a master and two slaves, send sample files of every task, show the results, stop")
    .action(() => run(demo));
}

async function demo(context: CliContext): Promise<number> {
  const { terminal, config, interrupt } = context;
  const began = Date.now();
  const jobs = await demoJobs(interrupt);
  printHeader(terminal, jobs.length, total(jobs));
  const results = join(config.resultsDir, RESULTS);
  const slots = Math.max(1, Math.floor(availableParallelism() / SLAVES));
  await withOwnFleet({ slaves: SLAVES, slots, functions: "sandbox", results, terminal }, (fleet) =>
    runAll(jobs, fleet, context),
  );
  for (const { task, outcome } of jobs) printBlock(terminal, taskNamed(task), outcome);
  const failed = jobs
    .flatMap(({ outcome }) => outcome.files)
    .filter(({ view }) => view.state !== "done").length;
  const time = secondsInWords((Date.now() - began) / 1000);
  printNext(
    terminal,
    `${counted(total(jobs) - failed, "file")} done, ${failed} failed, ${time} in all.`,
    results,
  );
  return jobs.every(({ outcome }) => allDone({ outcome, problems: [] })) ? EXIT.done : EXIT.failed;
}

/** Runs all jobs at the same time; the master shares its slaves among them. */
async function runAll(
  jobs: readonly DemoJob[],
  fleet: OwnFleet,
  { terminal, interrupt }: CliContext,
): Promise<void> {
  const progress = createProgress(terminal.bar === undefined ? "lines" : "bar", terminal);
  progress.sending(total(jobs), undefined);
  const ofAll: Progress = {
    sending: () => undefined,
    sent: () => undefined,
    working: (files) => progress.working(files),
    stop: () => undefined,
    ended: (file) => progress.ended({ ...file, filename: basename(file.filename) }),
  };
  try {
    const client = await fleet.ready(interrupt);
    await Promise.all(
      jobs.map(({ task, options, inputs, outcome }) =>
        sendJob(
          { client, signal: interrupt, task, options, inputs, stdin: terminal.stdin, progress: ofAll },
          outcome,
        ),
      ),
    );
  } finally {
    progress.stop();
  }
}

async function demoJobs(signal: AbortSignal): Promise<DemoJob[]> {
  return await Promise.all(
    TASKS.map(async (task) => {
      const paths = await samplesOf(task);
      const { inputs, problems } = await collect(paths, { extensions: [], stdinName: "", signal });
      const [missing] = problems;
      if (missing !== undefined) throw noSamples(`The sample file ${missing.path} is missing.`);
      return { task: task.name, options: task.sampleOptions ?? {}, inputs, outcome: emptyOutcome() };
    }),
  );
}

function total(jobs: readonly DemoJob[]): number {
  return jobs.reduce((sum, { inputs }) => sum + inputs.length, 0);
}
