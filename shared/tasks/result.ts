import { FileError } from "../errors.ts";
import type { StepWarning } from "../warnings.ts";
import type { JsonObject, StepFile, StepOutput, TaskHead } from "./task.ts";

interface ResultOf {
  readonly task: TaskHead;
  readonly file: Pick<StepFile, "filename" | "sha256">;
  /** One line for people. */
  readonly summary?: string;
  readonly warnings?: readonly StepWarning[];
}

/** Makes a JSON result with the fields that every JSON result has. NaN and infinities become null. */
export function jsonResult({ task, file, summary, warnings = [] }: ResultOf, fields: JsonObject): StepOutput {
  const result = {
    schema_version: task.schemaVersion,
    task: task.name,
    filename: file.filename,
    input_sha256: file.sha256,
    ...fields,
  };
  return {
    body: oneLineOf(JSON.stringify(result)),
    ...(summary === undefined ? {} : { summary: oneLine(summary) }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** The beginning of every JSON result of a file, up to the digest of its input. */
export function resultHead({ name, schemaVersion }: TaskHead, filename: string): string {
  const head = JSON.stringify({ schema_version: schemaVersion, task: name, filename });
  return `${head.slice(0, -1)},`;
}

/** Encodes the line in UTF-8 without a second copy: results may have tens of megabytes. */
function oneLineOf(json: string): Buffer {
  const bytes = Buffer.byteLength(json);
  const line = Buffer.allocUnsafe(bytes + 1);
  line.write(json);
  line[bytes] = 0x0a;
  return line;
}

/** Shortens a text to one line of at most `limit` characters without control characters. */
export function oneLine(text: string, limit = 160): string {
  const flat = text.replace(/[\s\p{C}]+/gu, " ").trim();
  const characters = [...flat];
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join("")}…`;
}

/** The only file of a unit. @throws FileError `no_file` */
export function onlyFile(files: readonly StepFile[]): StepFile {
  const [file] = files;
  if (file === undefined) throw new FileError("no_file", "This step needs a file.");
  return file;
}

/** `3 words`, `1 word`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
