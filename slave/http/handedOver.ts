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
  throw new RequestError("bad_handover", "The field handover cannot be used.", {
    details: { field: "handover" },
  });
}

/** The form with the files that were handed over in their places; they are moved to `folder`. */
export async function withHandedOver(
  form: MultipartForm<LocalFile>,
  handover: HandedOver | undefined,
  folder: string,
): Promise<MultipartForm<LocalFile>> {
  if (handover === undefined) return form;
  const files = form.files.map(async (file, place) => {
    const handed = handover.files[place];
    if (handed === undefined) return file;
    return { ...file, stored: await handover.by.take(file.filename, handed, folder) };
  });
  return { ...form, files: await Promise.all(files) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
