import type { z } from "zod";
import type { FileWarning, RunWarning } from "../warnings.ts";
import type { MaybeBudgets } from "./budgets.ts";

/** JSON values, as they cross the wire. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * A task as every process knows it, made by `defineTask`. Its schema parses all options before its functions get
 * them, so these functions take any object.
 */
export interface TaskDefinition {
  /** Value of `task_type` on the wire, in lower case. */
  readonly name: string;
  /** The name as people write it: "OCR". */
  readonly label: string;
  /** A few words for people: "Grayscale images". */
  readonly title: string;
  /** One sentence about its inputs and results. */
  readonly summary: string;
  /** The multipart field of its files. */
  readonly field: string;
  /** Further fields that its files may come under: its steps tell from the content what a file is. */
  readonly otherFields: readonly string[];
  /** Options that may name a result, each with the task of the result: the result becomes one more file of the job. */
  readonly namedInputs: Readonly<Record<string, string>>;
  /** Whether a retry takes all files of the job, because they belong together; else those that are not done. */
  readonly retriesAll: boolean;
  /** The field of a slave's JSON answer that holds a result as base64. */
  readonly dataKey: string;
  /** A slave's error message for a request without the field; classic clients read it. */
  readonly missingFiles: string;
  /** File name extensions for pickers and folder uploads, with the dot. Content decides what a file is, not its name. */
  readonly extensions: readonly string[];
  /** A strict zod object with a default for each option: `options.parse({})` succeeds. */
  readonly options: z.ZodType<object>;
  /** Options of a request of the Python service, which cannot name any, where they differ from the defaults. */
  readonly classicOptions?: object;
  /** Options that a reader of the job's record must not see: passwords. Views show `***`; a job's end deletes them. */
  readonly secretOptions: readonly string[];
  /** Name of the result for a file of this stem, e.g. `notes` -> `notes_analysis.json`. */
  readonly resultName: (stem: string, options: object) => string;
  /** Media type of its results. */
  readonly resultType: (options: object) => string;
  /**
   * Schemas of its JSON results: of a file's result under the task's name, of results of a job as a whole under names that
   * begin with it. Empty for a task whose results are not JSON.
   */
  readonly results: Readonly<Record<string, z.ZodType>>;
  /**
   * Paths of the main fields of a file's result, such as `sentiment.compound`: the columns of `results.csv`. Of a result that
   * is not JSON they are paths in its `info`.
   */
  readonly columns: readonly string[];
  /** Version of the result's fields, `schema_version` in JSON results. */
  readonly schemaVersion: number;
  /**
   * Of a task whose result of a file depends on that file and the options alone: what of the file's name it depends on,
   * too, beside the `filename` of a JSON result. Undefined, or undefined for these options: a recorded result is never taken for
   * another file.
   */
  readonly reuse?: (filename: string, options: object) => string | undefined;
  /** Other tasks whose steps its `run` does, too. */
  readonly borrows: readonly string[];
  /** The steps that slaves do for it. Raise a version when the same input may give another result. */
  readonly steps: Readonly<Record<string, StepInfo>>;
  /**
   * The step that makes a result from one file without args: the default `run` maps it over the files, and classic
   * slaves may do it. Undefined for a task without such a step, which has a `run` of its own.
   */
  readonly mainStep: string | undefined;
  /** Time budgets that differ from the usual ones; seconds. */
  readonly budgets?: MaybeBudgets;
  /** Coordinates the job on the master. Default: `runOverFiles` with `mainStep`. */
  readonly run?: (job: RunContext) => Promise<void>;
  /**
   * Values of its options that this installation can do, where that depends on what is installed; a slave tells them to its
   * master.
   */
  readonly choices?: () => Promise<Readonly<Record<string, readonly string[]>>>;
  /** The step without which a job with these options does not begin; undefined: each slave with the task can begin it. */
  readonly neededStep?: (options: object) => string;
  /** Options that the demo and the docs give with the sample files; undefined: none. */
  readonly sampleOptions?: JsonObject;
  /** Loads the steps with their libraries; only a slave's child process calls it. */
  readonly load: () => Promise<TaskProcess>;
}

export interface StepInfo {
  readonly version: number;
  /** Whether slaves keep a child warm for the step, because it loads much (a model). */
  readonly warm?: boolean;
  /** Units that masters hand each other together; 16 unless said, fewer for units that take seconds. */
  readonly together?: 1 | 4;
  /** What the slave's owner must allow before the slave offers the step; undefined: nothing. */
  readonly allowedBy?: Allowance;
}

/** A variable of slaves, and the values of it that allow something. */
export interface Allowance {
  readonly variable: string;
  readonly values: readonly string[];
}

/** The exports of `process.ts` of a task. */
export interface TaskProcess<Options extends object = object, Name extends string = string> {
  /** One function for each step of the definition. */
  readonly steps: Readonly<Record<Name, Step<Options>>>;
  /** Loads models and libraries ahead of the first unit. */
  readonly warmUp?: () => Promise<void>;
}

/**
 * One unit's work: bytes in, bytes out. It runs in a child process that does one unit at a time and may
 * be killed at any moment (time-out, memory, cancel). The same input must give the same bytes.
 * A file at fault throws a FileError with a stable code; anything else that is thrown counts as a bug.
 */
export type Step<Options extends object = object> = {
  // A method's type lets a step with options of its own count as a Step; the task's schema has parsed the options.
  do(input: StepInput<Options>, context: StepContext): Promise<StepOutput>;
}["do"];

export interface StepInput<Options extends object = object> {
  /** The task of the step, for `jsonResult`. */
  readonly task: TaskHead;
  readonly files: readonly StepFile[];
  /** Arguments of this unit from `run` (a page range, …); `{}` if there are none. */
  readonly args: JsonObject;
  /** Validated options of the job, defaults filled in. */
  readonly options: Options;
}

export type TaskHead = Pick<TaskDefinition, "name" | "schemaVersion">;

/** An input of a step: a small one is in memory, a large one on disk. */
export interface StepFile {
  /** The client's name of the file, for messages and results; it is no path to open. */
  readonly filename: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The whole file. */
  read(): Promise<Buffer>;
  /** `length` bytes from `offset`; fewer only at the file's end. */
  slice(offset: number, length: number): Promise<Buffer>;
}

export interface StepContext {
  /** An empty folder for this unit alone; the slave removes it afterwards. */
  readonly folder: string;
  /** Reports progress; `done` is 0..1. The slave ends a unit that reports none within its budget `silence`. */
  progress(done?: number): void;
}

export interface StepOutput {
  /** The part: bytes, or a file in the unit's folder, which the slave then owns. */
  readonly body: Uint8Array | { readonly path: string };
  /** One line for people, plain text, at most 200 characters. */
  readonly summary?: string;
  /** Facts for programs (`files[].info`), at most 4 KB; facts that a JSON result holds are not repeated here. */
  readonly info?: JsonObject;
  /** What the reader of the result should know, at most 10; the job counts the files with the same warning. */
  readonly warnings?: readonly FileWarning[];
}

/** A reference to bytes in the store. */
export interface FileRef {
  readonly key: string;
  readonly filename: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A file of a unit. */
export interface UnitFile extends FileRef {
  /** Other units of the job read it, too: a slave keeps it for them. Changes no result. */
  readonly shared?: boolean;
}

/**
 * An input of the job; `index` is its number in the upload, from 0. Among the inputs of a job's `run` those are missing
 * whose result was on record, and those that get the result of another input with the same bytes.
 */
export interface InputFile extends FileRef {
  readonly index: number;
}

/** The files and arguments of one unit. */
export interface UnitSpec {
  readonly files: readonly UnitFile[];
  readonly args?: JsonObject;
  /** Number of budgets `running` that the unit may use up; as many as it has files unless said. */
  readonly fileBudgets?: number;
}

/** A slave's answer for one unit. A final error is a part, too, so that a replay sees it again. */
export type Part = PartDone | PartFailed;
export interface PartDone {
  readonly ok: true;
  /** Index of the unit within its map. */
  readonly index: number;
  readonly file: FileRef;
  readonly summary?: string | undefined;
  readonly info?: JsonObject | undefined;
  readonly warnings?: readonly FileWarning[] | undefined;
  /** A slave of the Python service made it, which has no versions of steps. */
  readonly isClassic?: true;
}
export interface PartFailed {
  readonly ok: false;
  readonly index: number;
  readonly code: string;
  readonly error: string;
}

export type PublishedPart = Omit<PartDone, "index"> | Omit<PartFailed, "index">;

/** The step of a map; `task` and `options` are given only if they differ from those of the job. */
export interface StepRef {
  readonly step: string;
  readonly task?: string;
  readonly options?: object;
}

/**
 * The job as `run` sees it: references and small counts, never contents; steps work on contents. After a restart
 * the master replays `run` from the top, and stored parts answer at once. So every map has a name of its own, folds
 * and later maps use parts in index order and not in order of arrival, and `run` uses no clock and no randomness
 * but `seed`.
 */
export interface RunContext<Options extends object = object> {
  readonly jobId: string;
  readonly seed: number;
  readonly inputs: readonly InputFile[];
  readonly options: Options;
  readonly signal: AbortSignal;
  /** Yields parts in order of completion; reads `units` lazily, a window ahead of the slaves. */
  map(name: string, step: string | StepRef, units: Iterable<UnitSpec>): AsyncIterable<Part>;
  /** Returns all parts of a map in the order of its units. */
  mapInOrder(name: string, step: string | StepRef, units: Iterable<UnitSpec>): Promise<Part[]>;
  /** Makes a part the result or the failure of input `index`. `run` publishes each input once. */
  publish(index: number, part: PublishedPart): Promise<void>;
  /** Raises a warning about the job. A later one with the same code and message replaces it. */
  warn(warning: RunWarning): Promise<void>;
  /** Saves an extra result of the job beside those of its files; `name` is a plain file name. */
  attach(name: string, file: FileRef): Promise<void>;
}
