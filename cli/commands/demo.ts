import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { collect, type LocalInput } from "../files/collect.ts";
import { type DemoFleet, startDemoFleet } from "../fleet/demoFleet.ts";
import { createProgress, type Progress } from "../output/progress.ts";
import { counted, secondsInWords } from "../output/words.ts";
import { printBlock, printHeader, printNext } from "./demoReport.ts";
import type { RunCommand } from "./runCommand.ts";
import { emptyOutcome, type JobOutcome, sendJob } from "./sendJob.ts";
import { allDone } from "./uploadReport.ts";

/** Which sample files show which task. */
const manifestSchema = z.record(z.string(), z.array(z.string()).min(1));

interface DemoJob {
  readonly task: string;
  readonly inputs: readonly LocalInput[];
  readonly outcome: JobOutcome;
}

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
  const data = await mkdtemp(join(tmpdir(), "manyhands-demo-"));
  const fleet = startDemoFleet({ data, results: config.resultsDir, terminal });
  try {
    await runAll(jobs, fleet, context);
  } finally {
    await fleet.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  }
  for (const { task, outcome } of jobs) printBlock(terminal, taskNamed(task), outcome);
  const failed = jobs
    .flatMap(({ outcome }) => outcome.files)
    .filter(({ view }) => view.state !== "done").length;
  const time = secondsInWords((Date.now() - began) / 1000);
  printNext(
    terminal,
    `${counted(total(jobs) - failed, "file")} done, ${failed} failed, ${time} in all.`,
    config.resultsDir,
  );
  return jobs.every(({ outcome }) => allDone(outcome, [])) ? EXIT.done : EXIT.failed;
}

/** All jobs at once: the master shares its slaves among them. */
async function runAll(
  jobs: readonly DemoJob[],
  fleet: DemoFleet,
  { terminal, interrupt }: CliContext,
): Promise<void> {
  const progress = createProgress(terminal.bar === undefined ? "lines" : "bar", terminal);
  progress.sending(total(jobs), undefined);
  const ofAll: Progress = {
    ...progress,
    sending: () => undefined,
    sent: () => undefined,
    ended: (file) => progress.ended({ ...file, filename: basename(file.filename) }),
  };
  try {
    const client = await fleet.ready(interrupt);
    await Promise.all(
      jobs.map(({ task, inputs, outcome }) =>
        sendJob(
          { client, signal: interrupt, task, options: {}, inputs, stdin: terminal.stdin, progress: ofAll },
          outcome,
        ),
      ),
    );
  } finally {
    progress.stop();
  }
}

async function demoJobs(signal: AbortSignal): Promise<DemoJob[]> {
  const folder = samplesFolder();
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, "demo.json"), "utf8")));
  return await Promise.all(
    Object.entries(manifest).map(async ([task, names]) => {
      const paths = names.map((name) => join(folder, name));
      const { inputs, problems } = await collect(paths, { extensions: [], stdinName: "", signal });
      const [missing] = problems;
      if (missing !== undefined) throw noSamples(missing.path);
      return { task, inputs, outcome: emptyOutcome() };
    }),
  );
}

/** The samples lie in the package, above this file, whether it is built or not. */
function samplesFolder(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const samples = join(folder, "examples", "files");
    if (existsSync(join(samples, "demo.json"))) return samples;
  }
  throw noSamples("examples/files/demo.json");
}

function noSamples(path: string): AppError {
  return new AppError("no_samples", `The sample file ${path} is missing.`);
}

function total(jobs: readonly DemoJob[]): number {
  return jobs.reduce((sum, { inputs }) => sum + inputs.length, 0);
}
