import type { LeaseHandover } from "../../shared/contract/lease.ts";
import { RequestError } from "../../shared/errors.ts";
import type { Handover } from "../handover.ts";

/** A lease whose master reaches this slave's handover folder. */
export interface HandedOver {
  readonly by: Handover;
  readonly files: LeaseHandover["files"];
}

/** The files that a lease hands over; undefined without the field. @throws RequestError `bad_handover` */
export function handedOver(
  field: LeaseHandover | undefined,
  by: Handover | undefined,
): HandedOver | undefined {
  if (field === undefined) return undefined;
  if (by === undefined) throw badHandover();
  return { by, files: field.files };
}

export function badHandover(cause?: unknown): RequestError {
  return new RequestError("bad_handover", "The field handover cannot be used.", {
    details: { field: "handover" },
    cause,
  });
}
