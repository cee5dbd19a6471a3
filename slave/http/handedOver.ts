import { type LeaseHandover, leaseHandover } from "../../shared/contract/fleet.ts";
import { RequestError } from "../../shared/errors.ts";
import { type MultipartForm, textField } from "../../shared/http/multipart.ts";
import type { LocalFile } from "../../shared/tasks/local.ts";
import type { Handover } from "../handover.ts";

/** A lease whose master reaches this slave's handover folder. */
export interface HandedOver {
  readonly by: Handover;
  readonly files: LeaseHandover["files"];
}

/** What the field `handover` says; undefined without one. @throws RequestError `bad_handover` */
export function handoverIn(form: MultipartForm<LocalFile>, by: Handover | undefined): HandedOver | undefined {
  const text = textField(form, "handover");
  if (text === undefined) return undefined;
  const parsed = leaseHandover.safeParse(jsonOf(text));
  if (by !== undefined && parsed.success) return { by, files: parsed.data.files };
  throw unusable();
}

function unusable(): RequestError {
  return new RequestError("bad_handover", "The field handover cannot be used.", {
    details: { field: "handover" },
  });
}

/**
 * The files of a lease: those that were sent, and in their places those that were handed over, which are moved to
 * `folder`. @throws RequestError `bad_handover`
 */
export async function withHandedOver(
  sent: readonly LocalFile[],
  handover: HandedOver | undefined,
  folder: string,
): Promise<readonly LocalFile[]> {
  if (handover === undefined) return sent;
  const places = Object.keys(handover.files).map(Number);
  if (places.some((place) => place >= places.length + sent.length)) throw unusable();
  const taken = await handover.by.take(Object.values(handover.files), folder);
  const files = [...sent];
  // Keys that are whole numbers come in their order, so nothing is put behind a gap.
  for (const [index, file] of taken.entries()) files.splice(places[index] ?? 0, 0, file);
  return files;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
