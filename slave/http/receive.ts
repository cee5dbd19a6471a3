import type { Request, Response } from "express";
import { readMultipart } from "../../shared/http/multipart.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import type { Handover } from "../handover.ts";
import type { InputCache } from "../inputCache.ts";
import { handedOver } from "./handedOver.ts";
import { fieldsOf, leaseOf, type ReceivedLease, sentFiles, taskOf } from "./lease.ts";
import { filesOf } from "./leaseFiles.ts";
import { sharedInputs } from "./sharedInputs.ts";
import { fileSink, removeFile } from "./sink.ts";
import { storeInputs } from "./storeInputs.ts";

export interface ReceiveDeps {
  readonly tasks: readonly TaskDefinition[];
  /** Largest file that is held in memory, bytes. */
  readonly smallBytes: number;
  readonly uploadIdleSeconds: number;
  /** Undefined where files are always sent. */
  readonly handover: Handover | undefined;
  /** Undefined where inputs are kept for no later lease. */
  readonly inputs: InputCache | undefined;
  /** Origin of the one server from which inputs are fetched; undefined where they are always sent. */
  readonly storeOrigin: string | undefined;
}

const LIMITS = { fileBytes: Number.POSITIVE_INFINITY, files: 100_000, fieldBytes: 64 * 2 ** 20 };

/** The lease that a request brings, and the folder through which its large results go, if they do. */
export interface Received {
  readonly lease: ReceivedLease;
  readonly handover: Handover | undefined;
}

/** Reads `POST /get_task`, with its large files into `folder`. @throws RequestError, AppError as `readMultipart`, `leaseOf` */
export async function receiveLease(
  { tasks, smallBytes, uploadIdleSeconds: idleSeconds, handover, inputs, storeOrigin }: ReceiveDeps,
  folder: string,
  [req, res]: readonly [Request, Response],
): Promise<Received> {
  const form = await readMultipart(req, res, {
    sink: fileSink(folder, smallBytes),
    remove: removeFile,
    limits: { ...LIMITS, idleSeconds },
  });
  const fields = fieldsOf(form);
  const task = taskOf(fields, tasks);
  const handed = handedOver(fields.handover, handover);
  const shared = sharedInputs(fields.shared_inputs, inputs);
  const stored = storeInputs(fields.store_inputs, { origin: storeOrigin, idleSeconds });
  const files = await filesOf(
    { sent: sentFiles(form, task), handed, shared, stored },
    { folder, smallBytes },
  );
  return { lease: leaseOf(fields, task, files), handover: handed?.by };
}
