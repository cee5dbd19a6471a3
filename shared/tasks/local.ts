import { createHash, hash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Failure, inputLost, toFailure } from "../errors.ts";
import type { FileWarning, RunWarning } from "../warnings.ts";
import { inIndexOrder, mainStepOf, runOverFiles } from "./maps.ts";
import type {
  FileRef,
  JsonObject,
  Part,
  PartDone,
  PublishedPart,
  RunContext,
  StepOutput,
  StepRef,
  TaskDefinition,
  UnitSpec,
} from "./task.ts";

/** Bytes in memory or in a file. */
export type Content = StepOutput["body"];

/** A range of a file that holds the bytes of several inputs. */
export interface FilePart {
  readonly path: string;
  readonly start: number;
}

export interface LocalFile {
  readonly filename: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly body: Content | FilePart;
}

/** The unit that `execute` is given. */
export interface LocalUnit {
  readonly task: string;
  readonly step: string;
  readonly options: object;
  readonly args: JsonObject;
  readonly files: readonly LocalFile[];
  /** Number of budgets `running` that it may use up; 1 unless said. */
  readonly fileBudgets?: number;
}

export interface LocalRun {
  readonly options: object;
  readonly files: readonly LocalFile[];
  /** Does one unit. @throws AppError if the unit fails */
  readonly execute: (unit: LocalUnit) => Promise<StepOutput>;
  /** Most units that run at the same time. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called for each file when it has its outcome. */
  readonly onResult: (index: number, outcome: LocalOutcome) => void;
  /** Called for each extra result of the job; without it they are dropped. */
  readonly onAttached?: (name: string, file: LocalFile) => void;
  /** Called for each warning of the `run`; without it they are dropped. */
  readonly onWarning?: (warning: RunWarning) => void;
}

export type LocalOutcome =
  | {
      readonly ok: true;
      readonly body: Content;
      readonly summary?: string;
      readonly info?: JsonObject;
      readonly warnings?: readonly FileWarning[];
    }
  | ({ readonly ok: false } & Failure);

/**
 * Runs a whole job inside one process: the same `run` as on a master, over `execute` instead of a fleet.
 * A slave uses it for classic masters; tests use it for tasks.
 */
export async function runLocally(task: TaskDefinition, local: LocalRun): Promise<void> {
  const bodies = new Map<string, LocalFile>();
  const keep = (key: string, file: LocalFile): FileRef => {
    bodies.set(key, file);
    return { key, filename: file.filename, bytes: file.bytes, sha256: file.sha256 };
  };
  const bodyOf = (ref: FileRef): LocalFile => {
    const file = bodies.get(ref.key);
    if (file === undefined) throw new Error(`no bytes are kept under ${ref.key}`);
    return file;
  };
  const map: RunContext["map"] = (name, step, units) =>
    mapLocally({ task, local, keep, bodyOf, name, step: asRef(step) }, units);
  const context: RunContext = {
    jobId: "local",
    seed: 0,
    inputs: local.files.map((file, index) => ({ ...keep(`input/${index}`, file), index })),
    options: local.options,
    signal: local.signal,
    map,
    mapInOrder: (...call) => inIndexOrder(map(...call)),
    publish: async (index, part) => local.onResult(index, await outcomeOf(part, bodyOf)),
    warn: async (warning) => local.onWarning?.(warning),
    attach: async (name, file) => local.onAttached?.(name, bodyOf(file)),
  };
  await (task.run === undefined ? runOverFiles(mainStepOf(task), context) : task.run(context));
}

export function localFile(filename: string, body: Uint8Array): LocalFile {
  return { filename, body, bytes: body.byteLength, sha256: createHash("sha256").update(body).digest("hex") };
}

/** Makes a step's output an input of the next step; output in a file stays in that file. */
async function outputFile(filename: string, { body }: StepOutput): Promise<LocalFile> {
  if (body instanceof Uint8Array) return localFile(filename, body);
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(body.path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { filename, body, bytes, sha256: hash.digest("hex") };
}

/** Reads the whole body into memory. */
export async function bytesOf(body: Content): Promise<Buffer> {
  if (!(body instanceof Uint8Array)) return await readFile(body.path);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** Reads a whole input into memory. @throws AppError `input_lost` if a range of a shared file has changed */
export async function contentOf(file: LocalFile): Promise<Buffer> {
  return isPart(file.body) ? readPart(file, file.body) : await bytesOf(file.body);
}

export function isPart(body: LocalFile["body"]): body is FilePart {
  return "start" in body;
}

/** Reads synchronously: small ranges take some microseconds, ten times as long through a thread pool. */
function readPart({ filename, bytes, sha256 }: LocalFile, { path, start }: FilePart): Buffer {
  // A library may detach its input's memory, so the buffer is not a view of a pool.
  const buffer = Buffer.allocUnsafeSlow(bytes);
  const file = openSync(path, "r");
  try {
    const read = readSync(file, buffer, 0, bytes, start);
    if (read === bytes && hash("sha256", buffer) === sha256) return buffer;
  } finally {
    closeSync(file);
  }
  throw inputLost(filename);
}

interface LocalMap {
  readonly task: TaskDefinition;
  readonly local: LocalRun;
  readonly keep: (key: string, file: LocalFile) => FileRef;
  readonly bodyOf: (ref: FileRef) => LocalFile;
  readonly name: string;
  readonly step: StepRef;
}

async function* mapLocally(map: LocalMap, units: Iterable<UnitSpec>): AsyncGenerator<Part> {
  const running = new Map<number, Promise<Part>>();
  let index = 0;
  for (const unit of units) {
    running.set(index, oneUnit(map, unit, index));
    index += 1;
    if (running.size >= map.local.concurrency) yield await nextOf(running);
  }
  while (running.size > 0) yield await nextOf(running);
}

async function nextOf(running: Map<number, Promise<Part>>): Promise<Part> {
  const part = await Promise.race(running.values());
  running.delete(part.index);
  return part;
}

async function oneUnit(map: LocalMap, unit: UnitSpec, index: number): Promise<Part> {
  const { local, task, step } = map;
  try {
    local.signal.throwIfAborted();
    const files = unit.files.map(map.bodyOf);
    const options = step.options ?? local.options;
    const output = await local.execute({
      task: step.task ?? task.name,
      step: step.step,
      options,
      args: unit.args ?? {},
      files,
      fileBudgets: unit.fileBudgets ?? Math.max(1, files.length),
    });
    const file = map.keep(`${map.name}/${index}`, await outputFile(files[0]?.filename ?? map.name, output));
    return { ok: true, index, file, ...telling(output) };
  } catch (error) {
    local.signal.throwIfAborted();
    return { ok: false, index, ...toFailure(error) };
  }
}

async function outcomeOf(part: PublishedPart, bodyOf: LocalMap["bodyOf"]): Promise<LocalOutcome> {
  if (!part.ok) return { ok: false, code: part.code, error: part.error };
  const file = bodyOf(part.file);
  const body = isPart(file.body) ? await contentOf(file) : file.body;
  return { ok: true, body, ...telling(part) };
}

function telling({ summary, info, warnings }: Pick<PartDone, "summary" | "info" | "warnings">) {
  return {
    ...(summary === undefined ? {} : { summary }),
    ...(info === undefined ? {} : { info }),
    ...(warnings === undefined ? {} : { warnings }),
  };
}

function asRef(step: string | StepRef): StepRef {
  return typeof step === "string" ? { step } : step;
}
