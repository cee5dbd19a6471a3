import { computed, signal } from "@preact/signals";
import type { SlaveView, TaskView, UploadLimits } from "../../../shared/contract/about.ts";
import type { Capacity } from "../../../shared/contract/capacity.ts";
import type { JobView } from "../../../shared/contract/jobs.ts";

/** What the page knows of the fleet; the event stream keeps it as it is now. */
export const jobs = signal<ReadonlyMap<string, JobView>>(new Map());
export const slaves = signal<ReadonlyMap<string, SlaveView>>(new Map());
export const tasks = signal<readonly TaskView[]>([]);
/** What an upload may be. */
export const limits = signal<UploadLimits | undefined>(undefined);
/** `ready`: the stream has told everything that is; `broken`: it is connected again as soon as the master answers. */
export const link = signal<"connecting" | "ready" | "broken">("connecting");

/** Why the master takes no new jobs now. */
export const problem = signal<Capacity["problem"]>(undefined);

export const aliveSlaves = computed(() =>
  [...slaves.value.values()].filter(({ state }) => state === "alive"),
);
export const slots = computed(() => sum(aliveSlaves.value.map((slave) => slave.slots)));
export const busy = computed(() => sum(aliveSlaves.value.map((slave) => slave.busy)));

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
