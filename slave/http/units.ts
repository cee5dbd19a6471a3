import { rm } from "node:fs/promises";
import { budgetsOf, type MaybeBudgets } from "../../shared/tasks/budgets.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import { saysDiskFull } from "../pool/endings.ts";
import type { Pool } from "../pool/pool.ts";
import type { UnitHooks } from "../pool/unit.ts";
import { type ClaimedUnit, type KeptUnits, workKey } from "./keptUnits.ts";
import type { ReceivedLease, WorkUnit } from "./lease.ts";
import type { Outlet } from "./outlets.ts";

/** What a lease may use while it runs. */
export interface LeaseWork {
  readonly pool: Pick<Pool, "run" | "capacityFor">;
  /** Folder for its files; removed with the request. */
  readonly folder: string;
  /** What the operator of this slave set; seconds. */
  readonly budgets: MaybeBudgets;
  /** Aborted when the other side is gone: nothing is worth finishing. */
  readonly gone: AbortSignal;
  /** Aborted when the slave is told to stop: units that have not begun are handed back. */
  readonly draining: AbortSignal;
  /** Aborted when the other side is gone, or the slave stops now: units that run are ended, too. */
  readonly ended: AbortSignal;
  /** Called for each unit that is answered. */
  readonly answered: () => void;
  /** Called when the disk of the slave is full. */
  readonly onDiskFull: () => void;
  /** Undefined where a broken connection always ends its units, because the master breaks it to cancel them. */
  readonly kept: KeptUnits | undefined;
}

/** `LeaseWork`, and where its answers go. */
type OutletWork = LeaseWork & { readonly outlet: Outlet };

/** Does the units of a lease. A unit begins only while few answers wait for the other side to read them. */
export async function runUnits(lease: ReceivedLease, step: string, run: OutletWork): Promise<void> {
  const next = lease.units[Symbol.iterator]();
  const workers: Promise<void>[] = [];
  const failures: unknown[] = [];
  const hire = () => {
    const wanted = Math.min(lease.units.length, run.pool.capacityFor({ task: lease.task.name, step }));
    while (workers.length < wanted) workers.push(work().catch((error: unknown) => void failures.push(error)));
  };
  const work = async () => {
    for (let item = next.next(); item.done !== true; item = next.next()) {
      await oneUnit({ lease, step, unit: item.value }, run);
      run.answered();
      hire();
    }
  };
  hire();
  // `workers` may grow while this loop runs.
  for (const worker of workers) await worker;
  if (failures.length > 0) throw failures[0];
  await run.outlet.end(lease.units.length);
}

interface UnitOfLease {
  readonly lease: ReceivedLease;
  readonly step: string;
  readonly unit: WorkUnit;
}

async function oneUnit(piece: UnitOfLease, run: OutletWork): Promise<void> {
  const { outlet } = run;
  const { unit } = piece;
  let started: number | undefined;
  const { output, release } = compute(piece, run, () => {
    started = performance.now();
    outlet.started(unit);
  });
  const failed = async (error: unknown) => {
    if (saysDiskFull(error)) run.onDiskFull();
    run.gone.throwIfAborted();
    const seconds = started === undefined ? 0 : (performance.now() - started) / 1_000;
    await outlet.failed(unit, error, seconds);
  };
  try {
    const done = await output.catch(failed);
    if (done === undefined) return;
    await outlet.done(unit, done);
    // `force`: a result that was handed over is no longer there.
    if (!(done.body instanceof Uint8Array)) await rm(done.body.path, { force: true });
  } finally {
    release();
  }
}

/** The budgets that the master gives a unit, within what this slave's operator allows. */
export function unitBudgets(
  { task, budgets }: { readonly task: Pick<TaskDefinition, "budgets">; readonly budgets: MaybeBudgets },
  operator: MaybeBudgets,
  fileBudgets = 1,
) {
  const { running, silence } = budgetsOf(task, { ...budgets, ...given(operator) }, budgets);
  return { runSeconds: running * fileBudgets, silenceSeconds: silence };
}

function given({ running, silence }: MaybeBudgets): MaybeBudgets {
  return { ...(running === undefined ? {} : { running }), ...(silence === undefined ? {} : { silence }) };
}

function compute({ lease, step, unit }: UnitOfLease, run: OutletWork, onStart: () => void): ClaimedUnit {
  const { task, options } = lease;
  const hooks: UnitHooks = {
    signal: run.ended,
    stopWaiting: run.draining,
    keepIn: run.folder,
    budgets: unitBudgets(lease, run.budgets, unit.fileBudgets),
    onStart,
    onProgress: (done) => run.outlet.progress(unit, done),
  };
  const begin = (own: UnitHooks) =>
    run.pool.run({ task: task.name, step, options, args: unit.args, files: unit.files }, own);
  if (run.kept === undefined) return { output: begin(hooks), release: nothing };
  return run.kept.claim({ key: workKey(lease, step, unit), hooks, begin });
}

function nothing(): void {
  // What is not kept ends with its lease.
}
