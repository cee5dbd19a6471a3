import { z } from "zod";
import { requirementOf } from "./requirement.ts";

/** What a schema finds wrong with a value. */
export interface SchemaFault {
  /** Path of the member, such as `options.width` or `units.0.id`. */
  readonly field: string;
  /** The end of a sentence that begins with the field. */
  readonly message: string;
}

/** Parses a value; messages of its faults are ends of sentences, as `sentenceOf` needs them. */
export function checked<T extends z.ZodType>(schema: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  return schema.safeParse(value, { error: requirementOf });
}

/** The first fault that `checked` found. @param whole name of the value itself; empty: its members have no prefix */
export function firstFault(error: z.ZodError, whole: string): SchemaFault {
  return faultOf(error.issues[0], whole);
}

type Issue = Pick<z.core.$ZodIssue, "path" | "message"> & { readonly keys?: readonly string[] };

/** The fault of one issue of a schema. An unknown member is itself the field at fault. */
export function faultOf(issue: Issue | undefined, whole: string): SchemaFault {
  const { path = [], keys = [], message = "is not valid" } = issue ?? {};
  const names = [...(whole === "" ? [] : [whole]), ...path.map(String), ...keys.slice(0, 1)];
  return { field: names.join("."), message };
}

/** Such as "options.width must be at most 200, it is 5000". */
export function sentenceOf({ field, message }: SchemaFault): string {
  return `${field} ${message}`;
}

/** Message of the issue of a field whose text is not JSON. */
export const NOT_JSON = "is not JSON";

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
