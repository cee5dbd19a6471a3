import { z } from "zod";

/** What a schema finds wrong with a value. */
export interface SchemaFault {
  /** Path of the member, such as `running` or `0.slots`. */
  readonly field: string;
  readonly message: string;
}

/** The first fault that a schema found. @param whole name of the value itself, for a fault in none of its members */
export function firstFault(error: z.ZodError, whole: string): SchemaFault {
  return faultOf(error.issues[0], whole);
}

/** The fault of one issue of a schema. */
export function faultOf(
  issue: Pick<z.core.$ZodIssue, "path" | "message"> | undefined,
  whole: string,
): SchemaFault {
  return { field: issue?.path.join(".") || whole, message: issue?.message ?? "not valid" };
}

/** Message of the issue of a field whose text is not JSON. */
export const NOT_JSON = "this is not JSON";

/** A form field whose text is JSON of this schema. */
export function inJson<T extends z.ZodType>(schema: T) {
  const parsed = z.string().transform((text, { issues }): unknown => {
    const value = parseJson(text);
    if (value !== undefined) return value;
    issues.push({ code: "custom", message: NOT_JSON, input: text });
    return z.NEVER;
  });
  return parsed.pipe(schema);
}

/** Undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
