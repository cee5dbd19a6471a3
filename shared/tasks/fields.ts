import { z } from "zod";

/**
 * Schemas of fields that results of several tasks have. Pairs are lists of a length, not tuples, which generators of clients
 * for many languages do not know.
 */

export const count = z.int().min(0);
/** 0..1. */
export const share = z.number().min(0).max(1);
/** 0..100, as tesseract gives it. */
export const percent = z.number().min(0).max(100);

interface TaskAndVersion {
  readonly task: string;
  /** The task's `schemaVersion`. */
  readonly version: number;
}

/** The schema of a JSON result of a job as a whole, with the fields that each has. */
export function jobResultSchema<Shape extends z.core.$ZodLooseShape>(
  { task, version }: TaskAndVersion,
  shape: Shape,
) {
  return z.object({
    schema_version: z
      .literal(version)
      .describe("Version of these fields; another one may not fit this schema."),
    task: z.literal(task).describe("The task that made the result."),
    ...shape,
  });
}

/** The schema of the JSON result of one file, with the fields that each has. */
export function resultSchema<Shape extends z.core.$ZodLooseShape>(of: TaskAndVersion, shape: Shape) {
  return jobResultSchema(of, {
    filename: z.string().describe("Name of the file, as its client sent it."),
    input_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("SHA-256 of the file, lower-case hex."),
    ...shape,
  });
}
