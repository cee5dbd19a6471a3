import { FileError } from "../errors.ts";
import type { JsonObject, StepFile, StepOutput, TaskHead } from "./task.ts";

interface ResultOf {
  readonly task: TaskHead;
  readonly file: Pick<StepFile, "filename" | "sha256">;
  /** One telling line for people. */
  readonly summary?: string;
}

/** A JSON result with the fields that every result carries. Not finite numbers become null, as JSON has none. */
export function jsonResult({ task, file, summary }: ResultOf, fields: JsonObject): StepOutput {
  const result = {
    schema_version: task.schemaVersion,
    task: task.name,
    filename: file.filename,
    input_sha256: file.sha256,
    ...fields,
  };
  const body = oneLineOf(JSON.stringify(result));
  return summary === undefined ? { body } : { body, summary: oneLine(summary) };
}

/** Text in UTF-8 with its line end, without a second copy of it: results may have tens of megabytes. */
function oneLineOf(json: string): Buffer {
  const bytes = Buffer.byteLength(json);
  const line = Buffer.allocUnsafe(bytes + 1);
  line.write(json);
  line[bytes] = 0x0a;
  return line;
}

/** At most `limit` characters of text on one line, without control characters. */
export function oneLine(text: string, limit = 160): string {
  const flat = text.replace(/[\s\p{C}]+/gu, " ").trim();
  const characters = [...flat];
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join("")}…`;
}

/** The only file of a unit. */
export function onlyFile(files: readonly StepFile[]): StepFile {
  const [file] = files;
  if (file === undefined) throw new FileError("no_file", "This step needs a file.");
  return file;
}
