import type { z } from "zod";
import type { RunContext, StepInfo, TaskDefinition, TaskProcess } from "./task.ts";

/** The parts of a definition that a task gives; optional ones have a default made of its name and field. */
interface TaskSpec<Options extends object, Name extends string>
  extends Pick<TaskDefinition, "name" | "title" | "summary" | "field" | "extensions">,
    Partial<
      Pick<
        TaskDefinition,
        | "label"
        | "otherFields"
        | "namedInputs"
        | "retriesAll"
        | "borrows"
        | "results"
        | "columns"
        | "dataKey"
        | "missingFiles"
        | "schemaVersion"
        | "budgets"
        | "choices"
        | "sampleOptions"
      >
    > {
  readonly options: z.ZodType<Options>;
  readonly classicOptions?: Partial<Options>;
  readonly secretOptions?: readonly (keyof Options & string)[];
  /** Default: `<stem>_<task>.json`. */
  readonly resultName?: (stem: string, options: Options) => string | undefined;
  /** Default: `application/json`. */
  readonly resultType?: (options: Options) => string;
  readonly steps: Readonly<Record<Name, StepInfo>>;
  /** Default for a task without `run`: the step `main`. */
  readonly mainStep?: NoInfer<Name>;
  readonly run?: (job: RunContext<Options>) => Promise<void>;
  readonly reuse?: (filename: string, options: Options) => string | undefined;
  readonly neededStep?: (options: Options) => NoInfer<Name>;
  readonly load: () => Promise<TaskProcess<Options, NoInfer<Name>>>;
}

/** What a task has that gives none of it. */
const NOTHING_MORE = {
  otherFields: [],
  namedInputs: {},
  retriesAll: false,
  borrows: [],
  results: {},
  columns: [],
} as const;

/** Makes the definition that `index.ts` of a task exports. That file is light: only `load` brings heavy libraries in. */
export function defineTask<Options extends object, Name extends string>(
  spec: TaskSpec<Options, Name>,
): TaskDefinition {
  const { resultName, resultType, run, reuse, neededStep, ...rest } = spec;
  const { name, field } = spec;
  return {
    ...NOTHING_MORE,
    ...rest,
    label: spec.label ?? name.charAt(0).toUpperCase() + name.slice(1),
    dataKey: spec.dataKey ?? `${name}_data`,
    missingFiles: spec.missingFiles ?? `No ${field} provided`,
    schemaVersion: spec.schemaVersion ?? 1,
    secretOptions: spec.secretOptions ?? [],
    mainStep: spec.mainStep ?? (run === undefined ? "main" : undefined),
    // The callers pass options that `spec.options` has parsed.
    resultName: (stem, options) => resultName?.(stem, options as Options) ?? `${stem}_${name}.json`,
    resultType: (options) => resultType?.(options as Options) ?? "application/json",
    ...(reuse && { reuse: (filename, options) => reuse(filename, options as Options) }),
    ...(neededStep && { neededStep: (options) => neededStep(options as Options) }),
    ...(run && { run: (job) => run(job as RunContext<Options>) }),
  };
}
