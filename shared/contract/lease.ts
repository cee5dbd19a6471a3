import { z } from "zod";
import type { ErrorCode } from "../codes.ts";
import { inJson } from "../schema.ts";
import { leaseBudgets } from "./budgets.ts";
import type { Immutable } from "./immutable.ts";

/** The form of `POST /get_task`: what a master asks of a slave. The files follow under the task's own field. */

/** Message of the schema's issue when two of the `units` share an id. */
export const SAME_ID = "two units have one id";

/** Code of a slave that no longer has one of the `shared_inputs`: the lease is sent again with its bytes. */
export const INPUT_NOT_KEPT = "input_not_kept" satisfies ErrorCode;

/** Code of a slave that could not fetch one of the `store_inputs`: the lease is sent again with its bytes. */
export const INPUT_NOT_FETCHED = "input_not_fetched" satisfies ErrorCode;

/** Name of a file in a slave's handover folder: `in-` from the master, `out-` from the slave. */
export const handoverName = z.string().regex(/^(?:in|out)-[0-9a-f]{32}$/);

export const leaseUnits = z
  .array(
    z.object({
      id: z.string().min(1).max(300),
      /** Indexes of its files among those of the lease; several units may share a file. */
      files: z.array(z.number().int().min(0)),
      args: z.record(z.string(), z.json()).optional(),
      /** Number of budgets `running` that it may use up; 1 without it. */
      file_budgets: z.number().int().min(1).optional(),
    }),
  )
  .min(1)
  .refine((units) => new Set(units.map(({ id }) => id)).size === units.length, SAME_ID);

/** Key of a record of files: an index among the files of the lease. */
const fileIndex = z.string().regex(/^(?:0|[1-9]\d{0,5})$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A file that its master linked into the slave's handover folder. With `start` it is `bytes` of that file from there. */
const handedFile = z.object({
  filename: z.string(),
  name: handoverName,
  start: z.number().int().min(0).optional(),
  bytes: z.number().int().min(0),
  sha256,
});
export type HandedFile = Immutable<z.infer<typeof handedFile>>;

/**
 * Files that are handed over, by their index among the files of the lease; those that the request carries have the
 * other indexes, in order, without those that the slave kept. The field also allows the slave to hand its results over.
 */
export const leaseHandover = z.object({
  files: z.record(fileIndex, handedFile),
});
export type LeaseHandover = Immutable<z.infer<typeof leaseHandover>>;

/** A file that other leases need, too. The request carries it when it is `sent`; else the slave still has it. */
const sharedInput = z.object({
  filename: z.string(),
  bytes: z.number().int().min(0),
  sha256,
  sent: z.boolean(),
});

/** Files that the slave keeps for later leases, by their index among the files of the lease. */
export const leaseSharedInputs = z.record(fileIndex, sharedInput);
export type LeaseSharedInputs = Immutable<z.infer<typeof leaseSharedInputs>>;

/** A file that the slave fetches from the store itself. */
const storeInput = z.object({
  filename: z.string(),
  bytes: z.number().int().min(0),
  sha256,
  url: z.url().describe("signed for some minutes; its origin is the one that the slave registered"),
});

/** Files that the request does not carry, as the slave fetches them, by their index among the files of the lease. */
export const leaseStoreInputs = z.record(fileIndex, storeInput);
export type LeaseStoreInputs = Immutable<z.infer<typeof leaseStoreInputs>>;

/** Text fields of the form. A classic master sends `task_type` alone. */
export const leaseFields = z.object({
  task_type: z.string().optional(),
  handover: inJson(leaseHandover).optional(),
  shared_inputs: inJson(leaseSharedInputs).optional(),
  store_inputs: inJson(leaseStoreInputs).optional(),
  /** Without it the lease is a whole job: the slave runs the task's own `run`. */
  step: z.string().optional(),
  step_version: z.string().transform(Number).optional(),
  /** Budgets of each unit, in seconds. */
  budgets: inJson(leaseBudgets).optional(),
  options: inJson(z.record(z.string(), z.json())).optional(),
  /** Without it each file is a unit. */
  units: inJson(leaseUnits).optional(),
});
export type LeaseFields = z.infer<typeof leaseFields>;

/** What a master writes: options and arguments are its own, known to be JSON. */
export type LeaseFieldsOut = Immutable<
  Omit<LeaseFields, "options" | "units"> & { options: object; units: readonly UnitOut[] }
>;

export interface UnitOut {
  readonly id: string;
  readonly files: readonly number[];
  readonly args: object;
  readonly file_budgets?: number;
}

/** The fields as texts, in the order in which they are given. */
export function encodeLeaseFields(fields: LeaseFieldsOut): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
