import { stat } from "node:fs/promises";
import { CodedError, isErrno } from "../../shared/errors.ts";
import { shownPath } from "./localPath.ts";
import type { FoundFile } from "./walk.ts";

/** A file to send, with its path as given or found; standard input goes by its name in the upload. */
export interface LocalInput {
  readonly path: string;
  /** The path where it is not UTF-8. */
  readonly raw?: Buffer;
  /** Name in the upload, with the folders below the one that was named. */
  readonly name: string;
  /** Undefined for a pipe. */
  readonly bytes: number | undefined;
  /** When a file was modified, milliseconds since 1970 with fractions. */
  readonly modified?: number;
  /** When it was looked at, as `modified`. */
  readonly looked?: number;
  /** True for standard input. */
  readonly isStdin?: true;
}

/** A named path that cannot be sent. */
export interface InputProblem {
  readonly path: string;
  readonly code: string;
  readonly error: string;
}

/** Begins the key of a file whose path is not UTF-8; the path follows as hex. */
export const RAW_PREFIX = "raw:";

export interface LookedAt {
  readonly inputs: readonly LocalInput[];
  readonly problems: readonly InputProblem[];
}

/** Files looked at on disk at the same time. */
const AT_ONCE = 64;

/** The files as they are on disk, in the order of their paths. */
export async function lookAtAll(files: readonly FoundFile[]): Promise<LookedAt> {
  const inputs: LocalInput[] = [];
  const problems: InputProblem[] = [];
  const sorted = files.toSorted(byPath);
  for (let at = 0; at < sorted.length; at += AT_ONCE)
    for (const found of await Promise.all(sorted.slice(at, at + AT_ONCE).map(look)))
      if (found.kind === "file") inputs.push(found.input);
      else if (found.kind !== "folder") problems.push(found.problem);
  return { inputs, problems };
}

type Found =
  | { readonly kind: "file"; readonly input: LocalInput }
  | { readonly kind: "folder" }
  | { readonly kind: "missing" | "unusable"; readonly problem: InputProblem };

/** A path as it is on disk. */
export async function look({ path: raw, name }: FoundFile): Promise<Found> {
  const path = shownPath(raw);
  try {
    const stats = await stat(raw);
    if (stats.isDirectory()) return { kind: "folder" };
    const isPipe = stats.isFIFO();
    if (isPipe || stats.isFile()) {
      const own = isPipe
        ? { bytes: undefined }
        : { bytes: stats.size, modified: stats.mtimeMs, looked: Date.now() };
      return { kind: "file", input: { path, name, ...own, ...(typeof raw === "string" ? {} : { raw }) } };
    }
    const error = "This is neither a file nor a folder nor a pipe.";
    return { kind: "unusable", problem: { path, code: "not_a_file", error } };
  } catch (error) {
    const kind = isErrno(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG") ? "missing" : "unusable";
    return { kind, problem: unreadable(path, error) };
  }
}

/** The problem of a local file that cannot be read. */
export function unreadable(path: string, error: unknown): InputProblem {
  if (error instanceof CodedError) return { path, code: error.code, error: error.message };
  if (isErrno(error, "ENOENT", "ENOTDIR"))
    return { path, code: "not_found", error: "There is no such file." };
  if (isErrno(error, "EACCES", "EPERM"))
    return { path, code: "not_readable", error: "The permissions of the file do not allow reading it." };
  const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return { path, code: "not_readable", error: `The file cannot be read${reason}.` };
}

/** Sorts by the paths as they are shown. */
export function byPath(a: Pick<FoundFile, "path">, b: Pick<FoundFile, "path">): number {
  const [one, other] = [shownPath(a.path), shownPath(b.path)];
  return one < other ? -1 : Number(one > other);
}
