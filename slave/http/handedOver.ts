import type { LeaseHandover } from "../../shared/contract/lease.ts";
import { RequestError } from "../../shared/errors.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
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

/**
 * All files of a lease in order: those of the request, and those that were handed over, which move to `folder`.
 * @throws RequestError `bad_handover`
 */
export async function withHandedOver(
  sent: readonly LocalFile[],
  handover: HandedOver | undefined,
  folder: string,
): Promise<readonly LocalFile[]> {
  if (handover === undefined) return sent;
  const indexes = Object.keys(handover.files).map(Number);
  if (indexes.some((index) => index >= indexes.length + sent.length)) throw badHandover();
  const received = await handover.by.receive(Object.values(handover.files), folder);
  const files = [...sent];
  // JavaScript keeps such keys in numeric order, so no file is inserted behind a gap.
  for (const [nth, file] of received.entries()) files.splice(indexes[nth] ?? 0, 0, file);
  return files;
}
