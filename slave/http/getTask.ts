import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Request, RequestHandler, Response } from "express";
import { FRAMES_TYPE, NDJSON_TYPE } from "../../shared/contract/fleet.ts";
import { AppError, isDiskFull, RequestError, UnavailableError } from "../../shared/errors.ts";
import { readMultipart } from "../../shared/http/multipart.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import type { Handover } from "../handover.ts";
import { diskFull } from "../pool/endings.ts";
import type { Pool } from "../pool/pool.ts";
import type { Registration } from "../registration.ts";
import { handedOver, withHandedOver } from "./handedOver.ts";
import { fieldsOf, leaseOf, type ReceivedLease, sentFiles, taskOf } from "./lease.ts";
import { framesOutlet, linesOutlet, type Outlet } from "./outlets.ts";
import type { Reservation, Room } from "./room.ts";
import { fileSink, removeFile } from "./sink.ts";
import { type LeaseWork, runUnits } from "./units.ts";
import { answerLines, answerPlain } from "./whole.ts";

export interface LeaseContext {
  readonly tasks: readonly TaskDefinition[];
  readonly pool: Pool;
  readonly room: Room;
  /** Folder in which each request gets one of its own. */
  readonly folder: string;
  readonly smallBytes: number;
  readonly limits: LeaseWork["limits"];
  readonly config: { readonly uploadIdleSeconds: number };
  /** Aborted when the slave is told to stop: nothing new is begun. */
  readonly draining: AbortSignal;
  /** Aborted when its time to finish is over. */
  readonly stopped: AbortSignal;
  /** Undefined where files are always sent. */
  readonly handover: Handover | undefined;
  /** Told of what is noticed of the master. */
  readonly master: Pick<Registration, "polled" | "doubted">;
}

const LIMITS = { fileBytes: Number.POSITIVE_INFINITY, files: 100_000, fieldBytes: 64 * 2 ** 20 };

/** `POST /get_task`: whatever happens, nothing of the request is left behind. */
export function getTask(context: LeaseContext): RequestHandler {
  return async (req, res) => {
    if (context.draining.aborted) throw new UnavailableError("stopping", "The slave is stopping.");
    const place = context.room.enter(Number(req.headers["content-length"] ?? 0) || 0);
    const folder = join(context.folder, randomUUID());
    try {
      await mkdir(folder, { recursive: true });
      await serve({ context, place, folder }, req, res);
    } catch (error) {
      if (isDiskFull(error)) throw diskFull();
      throw error;
    } finally {
      place.release();
      await rm(folder, { recursive: true, force: true });
    }
  };
}

interface Visit {
  readonly context: LeaseContext;
  readonly place: Reservation;
  readonly folder: string;
}

async function serve({ context, place, folder }: Visit, req: Request, res: Response): Promise<void> {
  const sink = fileSink(folder, context.smallBytes);
  const limits = { ...LIMITS, idleSeconds: context.config.uploadIdleSeconds };
  const form = await readMultipart(req, res, { sink, remove: removeFile, limits });
  const fields = fieldsOf(form);
  const task = taskOf(fields, context.tasks);
  const handover = handedOver(fields.handover, context.handover);
  const files = await withHandedOver(sentFiles(form, task), handover, folder);
  const lease = leaseOf(fields, task, files);
  place.take(lease.units.length);
  const gone = signalOfLeaving(res);
  gone.addEventListener("abort", () => context.master.doubted(), { once: true });
  const ended = AbortSignal.any([gone, context.stopped]);
  // Every unit listens to them.
  setMaxListeners(0, gone, ended);
  const run: LeaseWork = {
    pool: context.pool,
    folder,
    limits: context.limits,
    gone,
    draining: context.draining,
    ended,
    answered: place.answered,
  };
  await answer(lease, run, { res, accept: req.headers.accept ?? "", handover: handover?.by });
}

interface AnswerTerms {
  readonly res: Response;
  readonly accept: string;
  /** How large results are handed over; undefined: they are sent. */
  readonly handover: Handover | undefined;
}

async function answer(
  lease: ReceivedLease,
  run: LeaseWork,
  { res, accept, handover }: AnswerTerms,
): Promise<void> {
  if (accept.includes(FRAMES_TYPE)) {
    const step = stepFor(lease);
    const units = lease.units.length;
    const outlet = framesOutlet({ res, signal: run.gone, units, handover });
    await withOutlet(outlet, () => runUnits(lease, step, { ...run, outlet }));
  } else if (!accept.includes(NDJSON_TYPE)) await answerPlain(lease, run, res);
  else if (lease.step === undefined) await answerLines(lease, run, res);
  else {
    const { step } = lease;
    const outlet = linesOutlet(res, run.gone, lease.task.dataKey);
    await withOutlet(outlet, () => runUnits(lease, step, { ...run, outlet }));
  }
}

async function withOutlet(outlet: Outlet, work: (outlet: Outlet) => Promise<void>): Promise<void> {
  try {
    await work(outlet);
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
  const leave = () => {
    if (!res.writableFinished)
      controller.abort(new AppError("client_gone", "The client closed the connection.", { status: 400 }));
  };
  if (res.destroyed || res.closed) leave();
  else res.once("close", leave);
  return controller.signal;
}
