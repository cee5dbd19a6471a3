import type { CallOptions } from "../calls.ts";
import type { Job } from "../job.ts";
import type { FileInputs, SubmitOptions } from "../submit.ts";
import type { Items } from "./itemFiles.ts";
import { FunctionMap } from "./map.ts";
import type { FunctionSettingsOptions, MapOptions, StartedMap } from "./options.ts";
import type { SentMap, Submit } from "./start.ts";

interface JobsById {
  get(id: string, options?: CallOptions): Promise<Job>;
}

export interface GetOptions extends CallOptions {
  /** Seconds; after them `get` rejects, and the call goes on. */
  readonly timeout?: number | undefined;
}

/** A call that goes on by itself; another process finds it by its `id` with `fleet.spawned(id)`. */
export interface SpawnedCall<Value = unknown> {
  readonly id: string;
  /** The result. @throws FunctionError */
  get(options?: GetOptions): Promise<Value>;
  cancel(options?: CallOptions): Promise<void>;
}

/** Functions on the fleet. What they need beyond this is loaded with the first of them. */
export abstract class FunctionFleet {
  abstract readonly jobs: JobsById;
  readonly #defaults: FunctionSettingsOptions;
  readonly #closing = new AbortController();

  constructor(defaults: FunctionSettingsOptions = {}) {
    this.#defaults = defaults;
  }

  abstract submit(task: string, files: FileInputs, options?: SubmitOptions): Promise<Job>;

  /** Calls a function with each item on the fleet. It travels as its text, and may be given as such: variables around it are given as `args`. */
  map<Item, Value, Args extends readonly unknown[] = []>(
    fn: ((item: Item, ...args: [...Args]) => Value) | string,
    items: Items<Item>,
    options: MapOptions<Args> = {},
  ): FunctionMap<Awaited<Value>> {
    return this.#start(fn, items, { ...options, spread: false });
  }

  /** As `map`; each item is the list of a call's arguments. */
  starmap<Values extends readonly unknown[], Value>(
    fn: (...values: [...Values]) => Value,
    items: Items<Values>,
    options: MapOptions = {},
  ): FunctionMap<Awaited<Value>> {
    return this.#start(fn, items, { ...options, spread: true });
  }

  /** As `map`, without the results. */
  async forEach<Item, Args extends readonly unknown[] = []>(
    fn: (item: Item, ...args: [...Args]) => unknown,
    items: Items<Item>,
    options: MapOptions<Args> = {},
  ): Promise<void> {
    await this.map(fn, items, options);
  }

  /** One call. @throws FunctionError */
  async run<Values extends readonly unknown[], Value>(
    fn: (...values: Values) => Value,
    ...values: Values
  ): Promise<Awaited<Value>> {
    const [value] = await this.#start<Awaited<Value>>(fn, [values], { spread: true });
    return value as Awaited<Value>;
  }

  /** One call that does not wait, and does not depend on this program. */
  async spawn<Values extends readonly unknown[], Value>(
    fn: (...values: Values) => Value,
    ...values: Values
  ): Promise<SpawnedCall<Awaited<Value>>> {
    const { job } = await this.#started({ fn, items: [values], options: this.#defaults, spread: true });
    return this.spawned(job?.id ?? "");
  }

  /** A call that was spawned, perhaps by another process. Nothing is asked until `get` or `cancel`. */
  spawned<Value = unknown>(id: string): SpawnedCall<Value> {
    return {
      id,
      get: async ({ timeout, signal }: GetOptions = {}) => {
        const limit = timeout === undefined ? [] : [AbortSignal.timeout(timeout * 1_000)];
        const either = AbortSignal.any([...limit, ...(signal === undefined ? [] : [signal])]);
        const [job, { endOfCall }] = await Promise.all([
          this.jobs.get(id, { signal: either }),
          import("./spawned.ts"),
        ]);
        return (await endOfCall(job, { signal: either })) as Value;
      },
      cancel: async (options = {}) => void (await (await this.jobs.get(id, options)).cancel(options)),
    };
  }

  /** Stops waiting for all maps of this object, which reject. Their jobs go on. */
  disconnect(): void {
    this.#closing.abort(new Error("The fleet was disconnected."));
  }

  #start<Value>(
    fn: SentMap["fn"],
    items: Items<unknown>,
    { spread, ...given }: MapOptions & Pick<SentMap, "spread">,
  ): FunctionMap<Value> {
    const options = { ...this.#defaults, ...given };
    return new FunctionMap(this.#started({ fn, items, options, spread }), options);
  }

  async #started(call: Omit<SentMap, "closed">): Promise<StartedMap> {
    const { startMap } = await import("./start.ts");
    const submit: Submit = (task, files, options) => this.submit(task, files, options);
    return await startMap(submit, { ...call, closed: this.#closing.signal });
  }
}
