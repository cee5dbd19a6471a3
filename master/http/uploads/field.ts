import { z } from "zod";
import { RequestError } from "../../../shared/errors.ts";

/** An upload that a job shall have. */
export interface WantedUpload {
  readonly id: string;
  /** Form field that the file would have come under; that of the task unless said. */
  readonly field?: string | undefined;
  /** Index of the file in the job; behind those before unless said. */
  readonly index?: number | undefined;
}

const id = z.string().regex(/^[0-9a-f]{32}$/);
const wanted = z.strictObject({
  id,
  field: z.string().max(100).optional(),
  index: z.number().int().min(0).max(1_000_000).optional(),
});
const list = z.array(z.union([id.transform((one): WantedUpload => ({ id: one })), wanted]));

/**
 * The form field `uploads`: ids with commas between, or JSON: `["<id>", {"id": "<id>", "field": "texts", "index": 3}]`.
 * @throws RequestError `bad_uploads`, `too_many_files`
 */
export function readUploads(field: string | undefined, most: number): readonly WantedUpload[] {
  const text = field?.trim() ?? "";
  if (text === "") return [];
  const parsed = list.safeParse(
    text.startsWith("[") ? asJson(text) : text.split(",").map((one) => one.trim()),
  );
  if (!parsed.success || isRepeated(parsed.data.map((one) => one.id))) throw badUploads();
  if (parsed.data.length > most)
    throw new RequestError("too_many_files", `One request may have ${most} files at most.`, {
      status: 413,
      details: { limit: most },
    });
  return parsed.data;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRepeated(ids: readonly string[]): boolean {
  return new Set(ids).size < ids.length;
}

function badUploads(): RequestError {
  return new RequestError(
    "bad_uploads",
    'uploads is a list of different ids with commas between, or JSON: ["<id>", {"id": "<id>", "field": "texts", "index": 0}].',
    { details: { field: "uploads" } },
  );
}
