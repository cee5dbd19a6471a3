import { basename, extname, relative, resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { type LocalPath, nameText, pathsShownAs, shownPath } from "./localPath.ts";
import {
  byPath,
  type InputProblem,
  type LocalInput,
  type LookedAt,
  look,
  lookAtAll,
  RAW_PREFIX,
  unreadable,
} from "./look.ts";
import { type FoundFile, type WalkChunk, walk } from "./walk.ts";

export interface Collected extends LookedAt {
  /** Paths of the files in folders that were left out for their extension. */
  readonly leftOut: readonly string[];
}

export interface CollectOptions {
  /** Extensions, with the dot, of the files to send from folders; a file that is named itself is always sent. */
  readonly extensions: readonly string[];
  /** Name of standard input. */
  readonly stdinName: string;
  /** Folders that are left out wherever they are found, as absolute paths. */
  readonly without?: readonly string[];
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
    const found: LocalInput[] = [];
    for await (const chunk of expand(path, options)) {
      found.push(...chunk.inputs);
      problems.push(...chunk.problems);
      for (const left of chunk.leftOut) leftOut.set(resolve(left), left);
    }
    for (const input of found.toSorted(byPath))
      if (!inputs.has(keyOf(input))) inputs.set(keyOf(input), input);
  }
  // A file that is named as well is sent.
  for (const key of inputs.keys()) leftOut.delete(key);
  return { inputs: [...inputs.values()], problems, leftOut: [...leftOut.values()].toSorted() };
}

/** Inputs of one key are the same file: it is the absolute path. */
export function keyOf({ isStdin, raw, path }: LocalInput): string {
  if (isStdin === true) return STDIN;
  return raw === undefined ? resolve(path) : RAW_PREFIX + raw.toString("hex");
}

/** The files of one path, those of a folder in chunks. */
export async function* expand(path: string, options: CollectOptions): AsyncGenerator<Collected> {
  const { stdinName } = options;
  if (path === STDIN)
    return yield only({ path: stdinName, name: stdinName, bytes: undefined, isStdin: true });
  const found = await look({ path, name: basename(path) });
  if (found.kind === "file") yield only(found.input);
  else if (found.kind === "folder") yield* fromFolder(path, options);
  else if (found.kind === "missing") yield* fromBytes(path, options, found.problem);
  else yield problem(found.problem);
}

function only(input: LocalInput): Collected {
  return { inputs: [input], problems: [], leftOut: [] };
}

function problem(...problems: readonly InputProblem[]): Collected {
  return { inputs: [], problems, leftOut: [] };
}

/** A path that is not there as text may be a pattern, or a name that is not UTF-8. */
async function* fromBytes(
  path: string,
  options: CollectOptions,
  missing: InputProblem,
): AsyncGenerator<Collected> {
  const named = await pathsShownAs(path);
  if (named.length === 0)
    return yield isDynamicPattern(path) ? await fromPattern(path, options) : problem(missing);
  const [folder] = named;
  if (
    named.length === 1 &&
    folder !== undefined &&
    (await look({ path: folder, name: "" })).kind === "folder"
  )
    return yield* fromFolder(folder, options);
  const files = named.map((raw) => ({ path: raw, name: nameText(lastName(raw)) }));
  yield { ...(await lookAtAll(files)), leftOut: [] };
}

function lastName(path: Buffer): Buffer {
  return path.subarray(path.lastIndexOf("/") + 1);
}

async function* fromFolder(folder: LocalPath, options: CollectOptions): AsyncGenerator<Collected> {
  let found = 0;
  for await (const chunk of folderChunks(folder, options)) {
    found += chunk.inputs.length + chunk.problems.length;
    yield chunk;
  }
  const error = `No file in this folder ends in ${options.extensions.join(", ")}.`;
  if (found === 0) yield problem({ path: shownPath(folder), code: "no_files", error });
}

/** The files of a folder that the task takes, and those that are left out. */
export async function* folderChunks(folder: LocalPath, options: CollectOptions): AsyncGenerator<FolderChunk> {
  const { signal, without = [] } = options;
  const isLeftOut = (below: LocalPath) => without.includes(resolve(shownPath(below)));
  for await (const chunk of walk(folder, { signal, isLeftOut }))
    yield { folder: chunk.folder, ...(await wantedOf(chunk, options)) };
}

/** Files of one folder, with its path. */
export interface FolderChunk extends Collected {
  readonly folder: LocalPath;
}

async function wantedOf(chunk: WalkChunk, { extensions }: CollectOptions): Promise<Collected> {
  const isWanted = ({ name }: FoundFile) => extensions.includes(extname(name).toLowerCase());
  const { inputs, problems } = await lookAtAll(chunk.files.filter(isWanted));
  const closed = chunk.error === undefined ? [] : [unreadable(shownPath(chunk.folder), chunk.error)];
  const others = chunk.files.filter((file) => !isWanted(file));
  return { inputs, problems: [...problems, ...closed], leftOut: others.map(({ path }) => shownPath(path)) };
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

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
