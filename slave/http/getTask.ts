import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { RequestHandler, Response } from "express";
import { FRAMES_TYPE, NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { AppError, isDiskFull, RequestError, UnavailableError } from "../../shared/errors.ts";
import { MuxStream } from "../../shared/tunnel/muxStream.ts";
import { diskFull } from "../pool/endings.ts";
import type { Admission } from "./admission.ts";
import { ConnectionLostError } from "./keptUnits.ts";
import type { ReceivedLease } from "./lease.ts";
import { framesOutlet, linesOutlet, type Outlet } from "./outlets.ts";
import { type ReceiveDeps, type Received, receiveLease } from "./receive.ts";
import { type LeaseWork, runUnits } from "./units.ts";
import { answerLines, answerPlain } from "./whole.ts";

export interface GetTaskDeps {
  readonly admission: Pick<Admission, "enter">;
  /** Folder in which each request gets one of its own. */
  readonly folder: string;
  readonly receive: ReceiveDeps;
  readonly work: Pick<LeaseWork, "pool" | "budgets" | "draining" | "onDiskFull" | "kept">;
  /** Aborted when the slave's time to finish its units is over. */
  readonly stopped: AbortSignal;
  /** Called when a master breaks its connection off before it has the whole answer. */
  readonly onMasterGone: () => void;
}

/** `POST /get_task`. The files of the request are removed in any case. */
export function getTask(deps: GetTaskDeps): RequestHandler {
  return async (req, res) => {
    if (deps.work.draining.aborted) throw new UnavailableError("stopping", "The slave is stopping.");
    const reservation = deps.admission.enter(Number(req.headers["content-length"] ?? 0) || 0);
    const folder = join(deps.folder, randomUUID());
    try {
      await mkdir(folder, { recursive: true });
      const received = await receiveLease(deps.receive, folder, [req, res]);
      reservation.claim(received.lease.units.length);
      const work = { ...deps.work, folder, answered: reservation.answered, ...signals(deps, res) };
      await answer(received, work, { res, accept: req.headers.accept ?? "" });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      deps.work.onDiskFull();
      throw diskFull();
    } finally {
      reservation.release();
      await (deps.work.kept?.leaveFolder(folder) ?? rm(folder, { recursive: true, force: true }));
    }
  };
}

function signals({ stopped, onMasterGone }: GetTaskDeps, res: Response): Pick<LeaseWork, "gone" | "ended"> {
  const gone = signalOfLeaving(res);
  if (gone.aborted) onMasterGone();
  else gone.addEventListener("abort", onMasterGone, { once: true });
  const ended = AbortSignal.any([gone, stopped]);
  // Every unit listens to them.
  setMaxListeners(0, gone, ended);
  return { gone, ended };
}

async function answer(
  { lease, handover }: Received,
  work: LeaseWork,
  { res, accept }: { readonly res: Response; readonly accept: string },
): Promise<void> {
  if (accept.includes(FRAMES_TYPE)) {
    const step = stepFor(lease);
    const units = lease.units.length;
    const outlet = framesOutlet({ res, signal: work.gone, units, handover });
    await withOutlet(outlet, () => runUnits(lease, step, { ...work, outlet }));
  } else if (!accept.includes(NDJSON_TYPE)) await answerPlain(lease, work, res);
  else if (lease.step === undefined) await answerLines(lease, work, res);
  else {
    const { step } = lease;
    const outlet = linesOutlet(res, work.gone, lease.task.dataKey);
    await withOutlet(outlet, () => runUnits(lease, step, { ...work, outlet }));
  }
}

async function withOutlet(outlet: Outlet, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    outlet.close();
  }
}

/** @throws RequestError `no_step` when the task is more than one step over its files */
function stepFor({ step, task }: ReceivedLease): string {
  const known = step ?? (task.run === undefined ? task.mainStep : undefined);
  if (known !== undefined) return known;
  throw new RequestError("no_step", `Which step of ${task.name} is wanted?`, {
    details: { field: "step", valid_values: Object.keys(task.steps) },
  });
}

/** Aborted when the other side closes the connection before it has the whole answer. */
function signalOfLeaving(res: Response): AbortSignal {
  const controller = new AbortController();
  const { socket } = res;
  const leave = () => {
    if (res.writableFinished) return;
    const isLost = socket instanceof MuxStream && socket.isLost;
    controller.abort(
      isLost
        ? new ConnectionLostError()
        : new AppError("client_gone", "The client closed the connection.", { status: 400 }),
    );
  };
  if (res.destroyed || res.closed) leave();
  else res.once("close", leave);
  return controller.signal;
}
