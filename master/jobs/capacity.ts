import type { SlaveView } from "../../shared/contract/about.ts";
import type { Capacity } from "../../shared/contract/capacity.ts";
import type { ToldMaster } from "../../shared/contract/told.ts";
import type { AppError } from "../../shared/errors.ts";
import { tasksOf } from "../classic/kind.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fleetSummary } from "../fleet/summary.ts";
import type { FileTimes } from "./fileTimes.ts";
import type { JobRunner } from "./runner.ts";

/** What the other masters told of their fleets: the slaves that are alive, and the files that wait. */
export interface Elsewhere {
  readonly slaves: readonly SlaveView[];
  readonly waiting: ToldMaster["waiting"];
}

export interface CapacityDeps {
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly runner: Pick<JobRunner, "waiting">;
  readonly times: Pick<FileTimes, "usual">;
  /** Why no new jobs are taken now; undefined while they are. */
  readonly outage: () => AppError | undefined;
  /** The slaves and the work of the masters that share the database, where they count, too. */
  readonly elsewhere?: () => Elsewhere;
}

const NONE_ELSEWHERE: Elsewhere = { slaves: [], waiting: [] };

interface TaskCapacity {
  slots: number;
  waiting_files: number;
  oldest_waiting_seconds: number;
}

/** Free slots and the work that waits, as they are now. It costs a step for each slave and each job that runs. */
export function capacityOf({ registry, runner, times, outage, elsewhere }: CapacityDeps): Capacity {
  const slaves = registry.all();
  const others = elsewhere?.() ?? NONE_ELSEWHERE;
  const own = fleetSummary(slaves);
  const slots = sumOf(others.slaves, "slots", own.slots);
  const busy = sumOf(others.slaves, "busy", own.busy);
  const tasks = new Map<string, TaskCapacity>();
  for (const slave of slaves) if (slave.state === "alive") addSlots(tasks, tasksOf(slave), slave.slots);
  for (const slave of others.slaves) addSlots(tasks, slave.tasks, slave.slots);
  for (const { task, createdAt, files } of runner.waiting())
    addWaiting(tasks, { task, files, since: createdAt });
  for (const waiting of others.waiting) addWaiting(tasks, waiting);
  const all = [...tasks.values()];
  const problem = outage();
  return {
    slots,
    busy,
    free: slots - busy,
    waiting_files: all.reduce((sum, { waiting_files: files }) => sum + files, 0),
    oldest_waiting_seconds: Math.max(0, ...all.map(({ oldest_waiting_seconds: seconds }) => seconds)),
    waiting_seconds: waitingSeconds(tasks, times),
    slaves: own.alive + others.slaves.length,
    tasks: Object.fromEntries([...tasks].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    ...(problem === undefined ? {} : { problem: { code: problem.code, error: problem.message } }),
  };
}

/** Bounds of `secondsUntilDone`, and its answer while nothing is known. */
const RETRY_SECONDS = { least: 1, unknown: 10, most: 600 } as const;

/** Seconds until such a share of the files that wait is probably done: `Retry-After` for a client that finds no room. */
export function secondsUntilDone(deps: CapacityDeps, share: number): number {
  const { waiting_seconds: seconds } = capacityOf(deps);
  if (seconds === null) return RETRY_SECONDS.unknown;
  return Math.min(Math.max(Math.ceil(seconds * share), RETRY_SECONDS.least), RETRY_SECONDS.most);
}

function sumOf(slaves: Elsewhere["slaves"], member: "slots" | "busy", begin: number): number {
  return slaves.reduce((sum, slave) => sum + slave[member], begin);
}

function addSlots(tasks: Map<string, TaskCapacity>, names: readonly string[], slots: number): void {
  for (const name of names) taskOf(tasks, name).slots += slots;
}

function addWaiting(
  tasks: Map<string, TaskCapacity>,
  { task, files, since }: Elsewhere["waiting"][number],
): void {
  const entry = taskOf(tasks, task);
  entry.waiting_files += files;
  entry.oldest_waiting_seconds = Math.max(entry.oldest_waiting_seconds, secondsSince(since));
}

function taskOf(tasks: Map<string, TaskCapacity>, name: string): TaskCapacity {
  const task = tasks.get(name) ?? { slots: 0, waiting_files: 0, oldest_waiting_seconds: 0 };
  tasks.set(name, task);
  return task;
}

/** Each task by the slots that can do it; null while a task that waits has no slot or no known time. */
function waitingSeconds(
  tasks: ReadonlyMap<string, TaskCapacity>,
  times: CapacityDeps["times"],
): number | null {
  let sum = 0;
  for (const [name, { waiting_files: files, slots }] of tasks) {
    if (files === 0) continue;
    const usual = times.usual(name);
    if (usual === undefined || slots === 0) return null;
    sum += (files * usual) / slots;
  }
  return Math.round(sum * 1000) / 1000;
}

/** 0 when the clock was set back. */
function secondsSince(time: number): number {
  return Math.max(0, Date.now() - time) / 1000;
}
