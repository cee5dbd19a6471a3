import { stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { isErrno } from "../../shared/errors.ts";

/** A file to send, with its path as given or found; standard input goes by its name in the upload. */
export interface LocalInput {
  readonly path: string;
  /** Name in the upload. */
  readonly name: string;
  /** Undefined for a pipe. */
  readonly bytes: number | undefined;
  /** True for standard input. */
  readonly isStdin?: true;
}

/** A named path that cannot be sent. */
export interface InputProblem {
  readonly path: string;
  readonly code: string;
  readonly error: string;
}

export interface Collected {
  readonly inputs: readonly LocalInput[];
  readonly problems: readonly InputProblem[];
  /** Paths of the files in folders that were left out for their extension. */
  readonly leftOut: readonly string[];
}

export interface CollectOptions {
  /** Extensions, with the dot, of the files to send from folders; a file that is named itself is always sent. */
  readonly extensions: readonly string[];
  /** Name of standard input. */
  readonly stdinName: string;
  readonly signal?: AbortSignal;
}

export const STDIN = "-";

/** Expands files, folders (without hidden files), globs and `-`; each file once, in the order of the arguments. */
export async function collect(paths: readonly string[], options: CollectOptions): Promise<Collected> {
  const inputs = new Map<string, LocalInput>();
  const problems: InputProblem[] = [];
  const leftOut = new Map<string, string>();
  for (const path of paths) {
    options.signal?.throwIfAborted();
    const found = await expand(path, options);
    for (const input of found.inputs) {
      const key = input.isStdin ? STDIN : resolve(input.path);
      if (!inputs.has(key)) inputs.set(key, input);
    }
    problems.push(...found.problems);
    for (const left of found.leftOut) leftOut.set(resolve(left), left);
  }
  // A file that is named as well is sent.
  for (const key of inputs.keys()) leftOut.delete(key);
  return { inputs: [...inputs.values()], problems, leftOut: [...leftOut.values()] };
}

async function expand(path: string, options: CollectOptions): Promise<Collected> {
  const { stdinName } = options;
  if (path === STDIN) return only({ path: stdinName, name: stdinName, bytes: undefined, isStdin: true });
  const found = await look(path);
  if (found.kind === "file") return only(found.input);
  if (found.kind === "folder") return await fromFolder(path, options);
  if (found.kind === "missing" && isDynamicPattern(path)) return await fromPattern(path, options);
  return problem(found.problem);
}

function only(input: LocalInput): Collected {
  return { inputs: [input], problems: [], leftOut: [] };
}

function problem(...problems: readonly InputProblem[]): Collected {
  return { inputs: [], problems, leftOut: [] };
}

async function fromFolder(folder: string, { extensions, signal }: CollectOptions): Promise<Collected> {
  // Links to files are sent; links to folders are not followed, because they may form a cycle.
  const names = await glob("**/*", { cwd: folder, followSymbolicLinks: false, ...withSignal(signal) });
  const isWanted = (path: string) => extensions.includes(extname(path).toLowerCase());
  const paths = names.map((name) => join(folder, name));
  const { inputs, problems } = await lookAtAll(paths.filter(isWanted));
  const leftOut = paths.filter((path) => !isWanted(path)).sort(byName);
  if (inputs.length + problems.length > 0) return { inputs, problems, leftOut };
  const error = `No file in this folder ends in ${extensions.join(", ")}.`;
  return { inputs, problems: [{ path: folder, code: "no_files", error }], leftOut };
}

async function fromPattern(pattern: string, { signal }: CollectOptions): Promise<Collected> {
  const paths = await glob(pattern, {
    expandDirectories: false,
    followSymbolicLinks: false,
    ...withSignal(signal),
  });
  const { inputs, problems } = await lookAtAll(paths);
  if (inputs.length + problems.length > 0) return { inputs, problems, leftOut: [] };
  return problem({ path: pattern, code: "no_match", error: "No file matches this pattern." });
}

async function lookAtAll(paths: readonly string[]): Promise<Collected> {
  const inputs: LocalInput[] = [];
  const problems: InputProblem[] = [];
  for (const path of [...paths].sort(byName)) {
    const found = await look(path);
    if (found.kind === "file") inputs.push(found.input);
    else if (found.kind !== "folder") problems.push(found.problem);
  }
  return { inputs, problems, leftOut: [] };
}

type Found =
  | { readonly kind: "file"; readonly input: LocalInput }
  | { readonly kind: "folder" }
  | { readonly kind: "missing" | "unusable"; readonly problem: InputProblem };

async function look(path: string): Promise<Found> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return { kind: "folder" };
    const isPipe = stats.isFIFO();
    if (isPipe || stats.isFile())
      return { kind: "file", input: { path, name: basename(path), bytes: isPipe ? undefined : stats.size } };
    const error = "This is neither a file nor a folder nor a pipe.";
    return { kind: "unusable", problem: { path, code: "not_a_file", error } };
  } catch (error) {
    const kind = isErrno(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG") ? "missing" : "unusable";
    return { kind, problem: unreadable(path, error) };
  }
}

/** The problem of a local file that cannot be read. */
export function unreadable(path: string, error: unknown): InputProblem {
  if (isErrno(error, "ENOENT", "ENOTDIR"))
    return { path, code: "not_found", error: "There is no such file." };
  if (isErrno(error, "EACCES", "EPERM"))
    return { path, code: "not_readable", error: "The permissions of the file do not allow reading it." };
  const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return { path, code: "not_readable", error: `The file cannot be read${reason}.` };
}

function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
