import { stat } from "node:fs/promises";
import { basename, extname, relative, resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { isErrno } from "../../shared/errors.ts";
import { type LocalPath, nameText, pathsShownAs, shownPath } from "./localPath.ts";
import { type FoundFile, walk } from "./walk.ts";

/** A file to send, with its path as given or found; standard input goes by its name in the upload. */
export interface LocalInput {
  readonly path: string;
  /** The path where it is not UTF-8. */
  readonly raw?: Buffer;
  /** Name in the upload, with the folders below the one that was named. */
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
      const key = keyOf(input);
      if (!inputs.has(key)) inputs.set(key, input);
    }
    problems.push(...found.problems);
    for (const left of found.leftOut) leftOut.set(resolve(left), left);
  }
  // A file that is named as well is sent.
  for (const key of inputs.keys()) leftOut.delete(key);
  return { inputs: [...inputs.values()], problems, leftOut: [...leftOut.values()] };
}

/** Inputs of one key are the same file. */
function keyOf({ isStdin, raw, path }: LocalInput): string {
  if (isStdin === true) return STDIN;
  return raw?.toString("hex") ?? resolve(path);
}

async function expand(path: string, options: CollectOptions): Promise<Collected> {
  const { stdinName } = options;
  if (path === STDIN) return only({ path: stdinName, name: stdinName, bytes: undefined, isStdin: true });
  const found = await look(path, basename(path));
  if (found.kind === "file") return only(found.input);
  if (found.kind === "folder") return await fromFolder(path, options);
  if (found.kind === "missing") return (await fromBytes(path, options)) ?? problem(found.problem);
  return problem(found.problem);
}

function only(input: LocalInput): Collected {
  return { inputs: [input], problems: [], leftOut: [] };
}

function problem(...problems: readonly InputProblem[]): Collected {
  return { inputs: [], problems, leftOut: [] };
}

/** A path that is not there as text may be a pattern, or a name that is not UTF-8. */
async function fromBytes(path: string, options: CollectOptions): Promise<Collected | undefined> {
  const named = await pathsShownAs(path);
  if (named.length === 0) return isDynamicPattern(path) ? await fromPattern(path, options) : undefined;
  const [folder] = named;
  if (named.length === 1 && folder !== undefined && (await look(folder, "")).kind === "folder")
    return await fromFolder(folder, options);
  return await lookAtAll(named.map((raw) => ({ path: raw, name: nameText(lastName(raw)) })));
}

function lastName(path: Buffer): Buffer {
  return path.subarray(path.lastIndexOf("/") + 1);
}

async function fromFolder(folder: LocalPath, { extensions, signal }: CollectOptions): Promise<Collected> {
  const { files, unreadable: closed } = await walk(folder, signal);
  const isWanted = ({ name }: FoundFile) => extensions.includes(extname(name).toLowerCase());
  const { inputs, problems: broken } = await lookAtAll(files.filter(isWanted));
  const problems = [...broken, ...closed.map(({ path, error }) => unreadable(shownPath(path), error))];
  const others = files.filter((file) => !isWanted(file)).toSorted(byPath);
  const leftOut = others.map(({ path }) => shownPath(path));
  if (inputs.length + problems.length > 0) return { inputs, problems, leftOut };
  const error = `No file in this folder ends in ${extensions.join(", ")}.`;
  return { inputs, problems: [{ path: shownPath(folder), code: "no_files", error }], leftOut };
}

async function fromPattern(pattern: string, { signal }: CollectOptions): Promise<Collected> {
  const paths = await glob(pattern, {
    expandDirectories: false,
    followSymbolicLinks: false,
    ...withSignal(signal),
  });
  const folder = folderOfPattern(pattern);
  const { inputs, problems } = await lookAtAll(
    paths.map((path) => ({ path, name: relative(folder, path).split(sep).join("/") })),
  );
  if (inputs.length + problems.length > 0) return { inputs, problems, leftOut: [] };
  return problem({ path: pattern, code: "no_match", error: "No file matches this pattern." });
}

/** The folders of a pattern before its first segment that is a pattern. */
function folderOfPattern(pattern: string): string {
  const segments = pattern.split("/");
  const first = segments.findIndex((segment) => isDynamicPattern(segment));
  return segments.slice(0, first === -1 ? -1 : first).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

async function lookAtAll(files: readonly FoundFile[]): Promise<Collected> {
  const inputs: LocalInput[] = [];
  const problems: InputProblem[] = [];
  for (const { path, name } of files.toSorted(byPath)) {
    const found = await look(path, name);
    if (found.kind === "file") inputs.push(found.input);
    else if (found.kind !== "folder") problems.push(found.problem);
  }
  return { inputs, problems, leftOut: [] };
}

type Found =
  | { readonly kind: "file"; readonly input: LocalInput }
  | { readonly kind: "folder" }
  | { readonly kind: "missing" | "unusable"; readonly problem: InputProblem };

async function look(raw: LocalPath, name: string): Promise<Found> {
  const path = shownPath(raw);
  try {
    const stats = await stat(raw);
    if (stats.isDirectory()) return { kind: "folder" };
    const isPipe = stats.isFIFO();
    if (isPipe || stats.isFile()) {
      const bytes = isPipe ? undefined : stats.size;
      return { kind: "file", input: { path, name, bytes, ...(typeof raw === "string" ? {} : { raw }) } };
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
  if (isErrno(error, "ENOENT", "ENOTDIR"))
    return { path, code: "not_found", error: "There is no such file." };
  if (isErrno(error, "EACCES", "EPERM"))
    return { path, code: "not_readable", error: "The permissions of the file do not allow reading it." };
  const reason = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return { path, code: "not_readable", error: `The file cannot be read${reason}.` };
}

function byPath(a: FoundFile, b: FoundFile): number {
  const [one, other] = [shownPath(a.path), shownPath(b.path)];
  return one < other ? -1 : Number(one > other);
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
