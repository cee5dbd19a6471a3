import { eachAtMost } from "../../shared/async/eachAtMost.ts";
import { Pending } from "../../shared/async/pending.ts";
import { Semaphore } from "../../shared/async/semaphore.ts";
import { inIndexOrder } from "../../shared/tasks/maps.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import type { WholeJob } from "../classic/wholeJob.ts";
import type { FileRecord } from "../record/job.ts";
import type { Collector } from "../results/collector.ts";
import { copyRecorded } from "../results/copyRecorded.ts";
import type { ByteStore } from "../store/port.ts";
import { asInputs } from "./jobInputs.ts";

/** Results that are copied at the same time. */
const COPIES_AT_ONCE = 16;
/** Files whose twins are done by slaves at the same time: each is a run of the task. */
const RUNS_AT_ONCE = 64;

export interface TwinsDeps {
  readonly store: Pick<ByteStore, "read" | "get" | "put" | "remove" | "flush">;
  readonly task: TaskDefinition;
  readonly options: object;
  readonly collector: Pick<Collector, "publishCopy" | "publish">;
  /** The job, of whose maps those of twins are apart by their names. */
  readonly context: WholeJob;
  readonly run: (job: WholeJob) => Promise<void>;
}

/**
 * The files of a job that have the bytes and key of an earlier file of it. They get copies of its result the moment it
 * is on record. When it has none that may serve, all its twins are done in a run of the task of their own, whose units
 * follow from the record alone, as a replay needs.
 */
export class Twins {
  #deps: TwinsDeps | undefined;
  readonly #of = new Map<number, FileRecord[]>();
  readonly #copies = new Semaphore(COPIES_AT_ONCE);
  readonly #runs = new Semaphore(RUNS_AT_ONCE);
  readonly #pending = new Pending(Number.POSITIVE_INFINITY);

  constructor(files: readonly FileRecord[]) {
    for (const file of files) {
      if (file.twinOf === undefined) continue;
      const twins = this.#of.get(file.twinOf);
      if (twins === undefined) this.#of.set(file.twinOf, [file]);
      else twins.push(file);
    }
  }

  /** From now on twins are published. */
  begin(deps: TwinsDeps, files: readonly FileRecord[]): void {
    this.#deps = deps;
    // What ended before a restart is not told again.
    if (this.#of.size > 0) for (const file of files) if (file.state !== "queued") this.ended(file);
  }

  /** To be called for each file of the job that ends. */
  ended(file: FileRecord): void {
    const twins = this.#of.get(file.index) ?? [];
    if (this.#deps === undefined || twins.every(({ state }) => state !== "queued")) return;
    this.#pending.start(this.#end(this.#deps, file, twins));
  }

  /** Resolves when the twins of all files that ended are published. @throws what their run throws */
  async all(): Promise<void> {
    await this.#pending.all();
  }

  async #end(deps: TwinsDeps, file: FileRecord, twins: readonly FileRecord[]): Promise<void> {
    const open = new Set(twins.filter(({ state }) => state === "queued").map(({ index }) => index));
    // A result without a key may be better at another slave.
    if (file.state === "done" && file.reuseKey !== undefined)
      await eachAtMost(twins, COPIES_AT_ONCE, async (twin) => {
        if (open.has(twin.index) && (await this.#copy(deps, file, twin))) open.delete(twin.index);
      });
    if (open.size > 0) await this.#runs.use(() => doTwins(deps, file.index, { twins, open }));
  }

  /** Whether there is a copy for the twin now. */
  async #copy(
    { store, task, options, collector, context }: TwinsDeps,
    file: FileRecord,
    to: FileRecord,
  ): Promise<boolean> {
    const { jobId: id, signal: gone } = context;
    const wish = { id, task, options, to, gone };
    return await this.#copies.use(async () => {
      gone.throwIfAborted();
      const copy = await copyRecorded(store, { job: id, file }, wish);
      if (copy === undefined) return false;
      // A file that is done on record needs its result also after a power loss.
      await store.flush();
      await collector.publishCopy(to.index, copy);
      return true;
    });
  }
}

/** Does the twins; those that have a copy are done, too, and not published: the units are always the same. */
async function doTwins(
  { context, run, collector }: TwinsDeps,
  index: number,
  { twins, open }: TwinsOfFile,
): Promise<void> {
  const map: WholeJob["map"] = (name, ...call) => context.map(`${name}~${index}`, ...call);
  await run({
    ...context,
    inputs: asInputs(twins),
    map,
    mapInOrder: (...call) => inIndexOrder(map(...call)),
    publish: async (twin, part) => {
      if (open.has(twin)) await collector.publish(twin, part);
    },
  });
}

interface TwinsOfFile {
  readonly twins: readonly FileRecord[];
  /** Indexes of those that have no result. */
  readonly open: ReadonlySet<number>;
}
