import type { z } from "zod";
import type { RunContext, StepInfo, TaskDefinition, TaskProcess } from "./task.ts";

/** What a task says of itself; what can be derived from its name and field may be left out. */
interface TaskSpec<Options extends object, Name extends string>
  extends Pick<TaskDefinition, "name" | "title" | "summary" | "field" | "extensions">,
    Partial<Pick<TaskDefinition, "dataKey" | "missingFiles" | "schemaVersion" | "budgets">> {
  readonly options: z.ZodType<Options>;
  readonly secretOptions?: readonly (keyof Options & string)[];
  /** Without it `<stem>_<task>.json`. */
  readonly resultName?: (stem: string, options: Options) => string;
  /** Without it `application/json`. */
  readonly resultType?: (options: Options) => string;
  readonly steps: Readonly<Record<Name, StepInfo>>;
  /** Without it and without `run`: the step `main`. */
  readonly mainStep?: NoInfer<Name>;
  readonly run?: (job: RunContext<Options>) => Promise<void>;
  readonly load: () => Promise<TaskProcess<Options, NoInfer<Name>>>;
}

/** `index.ts` of a task exports one. It is light: the master and the CLI load it, heavy libraries are behind `load`. */
export function defineTask<Options extends object, Name extends string>(
  spec: TaskSpec<Options, Name>,
): TaskDefinition {
  const { resultName, resultType, run, ...rest } = spec;
  const { name, field } = spec;
  return {
    ...rest,
    dataKey: spec.dataKey ?? `${name}_data`,
    missingFiles: spec.missingFiles ?? `No ${field} provided`,
    schemaVersion: spec.schemaVersion ?? 1,
    secretOptions: spec.secretOptions ?? [],
    mainStep: spec.mainStep ?? (run === undefined ? "main" : undefined),
    // Each of these gets options that `spec.options` has parsed.
    resultName: (stem, options) => resultName?.(stem, options as Options) ?? `${stem}_${name}.json`,
    resultType: (options) => resultType?.(options as Options) ?? "application/json",
    ...(run && { run: (job) => run(job as RunContext<Options>) }),
  };
}
