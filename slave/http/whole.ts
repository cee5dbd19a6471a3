import type { ServerResponse } from "node:http";
import { basename } from "node:path";
import { Pending } from "../../shared/async/pending.ts";
import { AppError, CodedError, toFailure } from "../../shared/errors.ts";
import { type Content, type LocalOutcome, runLocally } from "../../shared/tasks/local.ts";
import { type ReceivedLease, unknownStep } from "./lease.ts";
import { Lines } from "./outlets.ts";
import { type LeaseWork, unitBudgets } from "./units.ts";
import { Writer } from "./writer.ts";

/** Time between signs of life. A classic master gives up on a slave that sends nothing for 45 seconds. */
const SIGN_OF_LIFE_MS = 10_000;

/** Does a whole job and answers in one JSON document: `{results: [{filename, <data key>: base64}]}`. */
export async function answerPlain(lease: ReceivedLease, run: LeaseWork, res: ServerResponse): Promise<void> {
  const writer = new Writer(res, run.gone);
  const begin = () => {
    if (!res.headersSent)
      res.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  };
  // Spaces before a JSON document are allowed.
  const alive = setInterval(() => {
    begin();
    res.write(" ");
  }, SIGN_OF_LIFE_MS);
  try {
    const outcomes = await runWhole(lease, run, () => undefined);
    clearInterval(alive);
    begin();
    await writeResults({ lease, outcomes, writer });
    await writer.end();
  } finally {
    clearInterval(alive);
  }
}

/** Does a whole job and answers with a line for each file as it is finished. */
export async function answerLines(lease: ReceivedLease, run: LeaseWork, res: ServerResponse): Promise<void> {
  const lines = new Lines(res, run.gone, lease.task.dataKey);
  // A client may leave while the job runs: then a write fails before its failure is looked at.
  const writes = new Pending(Number.POSITIVE_INFINITY);
  await runWhole(lease, run, (index, outcome) => {
    const unit = { id: String(index), filename: lease.files[index]?.filename ?? "" };
    writes.start(outcome.ok ? lines.done(unit, outcome.body) : lines.failed(unit, asError(outcome)));
  });
  await writes.all();
  await lines.end();
}

type OnResult = (index: number, outcome: LocalOutcome) => void;

/** Outcomes in the order of the files, one for each. */
async function runWhole(
  lease: ReceivedLease,
  run: LeaseWork,
  onResult: OnResult,
): Promise<readonly LocalOutcome[]> {
  const outcomes: LocalOutcome[] = [];
  const settle: OnResult = (index, outcome) => {
    outcomes[index] = outcome;
    run.answered();
    onResult(index, outcome);
  };
  await runLocally(lease.task, {
    options: lease.options,
    files: lease.files,
    execute: (unit) => {
      // A step that the owner of this slave does not allow is none of the task.
      if (!Object.hasOwn(lease.task.steps, unit.step)) throw unknownStep(lease.task, unit.step);
      const budgets = unitBudgets(lease, run.budgets, unit.fileBudgets);
      return run.pool.run(unit, { signal: run.ended, keepIn: run.folder, budgets });
    },
    concurrency: run.pool.capacityFor({ task: lease.task.name, step: lease.task.mainStep ?? "" }),
    signal: run.ended,
    onResult: settle,
  });
  for (const index of lease.files.keys())
    if (outcomes[index] === undefined)
      settle(index, {
        ok: false,
        ...toFailure(new AppError("no_result", "The task gave no result for it.")),
      });
  return outcomes;
}

interface WholeAnswer {
  readonly lease: ReceivedLease;
  readonly outcomes: readonly LocalOutcome[];
  readonly writer: Writer;
}

/**
 * As the classic service does, `results` leave out the files that failed; `errors` beside them says why.
 * Names have no folders, because a classic master uses them as paths.
 */
async function writeResults({ lease, outcomes, writer }: WholeAnswer): Promise<void> {
  const errors: object[] = [];
  let separator = "";
  await writer.write('{"results":[');
  for (const [index, outcome] of outcomes.entries()) {
    const filename = basename(lease.files[index]?.filename ?? "");
    if (!outcome.ok) {
      errors.push({ filename, code: outcome.code, error: outcome.error });
      continue;
    }
    await writer.write(`${separator}{"filename":${JSON.stringify(filename)},`);
    await writeData(writer, lease.task.dataKey, outcome.body);
    separator = ",";
  }
  await writer.write(errors.length === 0 ? "]}\n" : `],"errors":${JSON.stringify(errors)}}\n`);
}

async function writeData(writer: Writer, dataKey: string, body: Content): Promise<void> {
  await writer.write(`${JSON.stringify(dataKey)}:"`);
  await writer.writeBase64(body);
  await writer.write('"}');
}

function asError({ code, error }: { readonly code: string; readonly error: string }): CodedError {
  return new CodedError(code, error);
}
