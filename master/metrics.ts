import type { RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { SLAVE_STATES } from "../shared/contract/fleet.ts";
import { JOB_STATES } from "../shared/contract/jobs.ts";
import type { LeaseCounts } from "./dispatch/leaseCounts.ts";
import type { SpeculationBook } from "./dispatch/speculation.ts";
import type { SlaveRegistry } from "./fleet/registry.ts";
import { fleetSummary } from "./fleet/summary.ts";
import type { ChangeHub } from "./hub.ts";
import type { UnitQueue } from "./queue/port.ts";
import type { JobEvent } from "./record/events.ts";
import type { JobRecord } from "./record/job.ts";
import type { RecordOfJobs } from "./record/port.ts";

export interface MetricsDeps {
  readonly version: string;
  readonly jobs: Pick<RecordOfJobs, "counts">;
  readonly hub: Pick<ChangeHub, "watch">;
  readonly queue: Pick<UnitQueue, "size">;
  readonly counts: Pick<LeaseCounts, "leases" | "unitsBack">;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly speculation: Pick<SpeculationBook, "total">;
  /** Number of leases that slaves hold now. */
  readonly leases: () => number;
}

/** Buckets in seconds: from requests of a few milliseconds to requests that wait for a job. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800];

/** Metrics for Prometheus. Numbers that other objects hold are read at each scrape and cost nothing between. */
export class MasterMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"route" | "status">;
  readonly contentType = this.#registry.contentType;

  constructor(deps: MetricsDeps) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 50 });
    this.#requests = new Histogram({
      name: "manyhands_http_request_duration_seconds",
      help: "Requests by route and status, until their answers were sent.",
      labelNames: ["route", "status"],
      buckets: BUCKETS,
      registers,
    });
    new Gauge({
      name: "manyhands_build_info",
      help: "Always 1; the version is a label.",
      labelNames: ["version"],
      registers,
    }).set({ version: deps.version }, 1);
    watchJobs(registers, deps);
    gauges(registers, deps);
    fleetGauges(registers, deps);
    totals(registers, deps);
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  /** Measures the requests of a route. */
  timed(route: string): RequestHandler {
    return (_req, res, next) => {
      const began = performance.now();
      res.once("close", () => {
        this.#requests.observe({ route, status: res.statusCode }, (performance.now() - began) / 1000);
      });
      next();
    };
  }
}

type Registers = Registry[];

function watchJobs(registers: Registers, { hub }: MetricsDeps): void {
  const files = new Counter({
    name: "manyhands_files_ended_total",
    help: "Files that ended, by task and outcome: done, failed, cancelled.",
    labelNames: ["task", "outcome"],
    registers,
  });
  const ended = new Counter({
    name: "manyhands_jobs_ended_total",
    help: "Jobs that ended, by task and final state.",
    labelNames: ["task", "state"],
    registers,
  });
  const seconds = new Counter({
    name: "manyhands_file_seconds_total",
    help: "Seconds that slaves' children worked on files that ended, by task.",
    labelNames: ["task"],
    registers,
  });
  const countFiles = fileCounter((task, outcome, count) => files.inc({ task, outcome }, count));
  hub.watch("jobs", ({ job, events }) => {
    for (const event of events) {
      countFiles(job, event);
      if ("seconds" in event && event.seconds !== undefined) seconds.inc({ task: job.task }, event.seconds);
      if (isEnd(event)) ended.inc({ task: job.task, state: job.state });
    }
  });
}

function isEnd({ type }: JobEvent): boolean {
  return type === "ended" || type === "cancelled" || type === "failed";
}

/** The end of a job also ends its open files. Their number is that of all files less those that ended before. */
function fileCounter(count: (task: string, outcome: string, count: number) => void) {
  const failed = new Map<string, number>();
  return (job: JobRecord, event: JobEvent): void => {
    if (event.type === "file_done") count(job.task, "done", 1);
    if (event.type === "file_failed") {
      failed.set(job.id, (failed.get(job.id) ?? 0) + 1);
      count(job.task, "failed", 1);
    }
    if (!isEnd(event)) return;
    if (job.cancelled > 0) count(job.task, "cancelled", job.cancelled);
    if (event.type === "failed") count(job.task, "failed", job.failed - (failed.get(job.id) ?? 0));
    failed.delete(job.id);
  };
}

/** Counters that other objects keep. */
function totals(registers: Registers, { counts, speculation }: MetricsDeps): void {
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  total("manyhands_leases_total", "Leases that were given to slaves.", () => counts.leases);
  total("manyhands_speculative_copies_total", "Second copies of late units.", () => speculation.total.copies);
  total(
    "manyhands_speculative_copies_first_total",
    "Second copies that answered before the first one.",
    () => speculation.total.copiesFirst,
  );
  total(
    "manyhands_speculation_saved_seconds_total",
    "Estimated seconds that second copies saved.",
    () => speculation.total.secondsSaved,
  );
  new Counter({
    name: "manyhands_units_reassigned_total",
    help: "Units that came back from a slave to be given out once more: crash (of a child), loss (of the slave), returned.",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(counts.unitsBack)) this.inc({ reason }, count);
    },
  });
}

function gauges(registers: Registers, { jobs, queue, leases }: MetricsDeps): void {
  new Gauge({
    name: "manyhands_jobs",
    help: "Jobs on record, by state.",
    labelNames: ["state"],
    registers,
    async collect() {
      const counts = await jobs.counts();
      for (const state of JOB_STATES) this.set({ state }, counts[state] ?? 0);
    },
  });
  new Gauge({
    name: "manyhands_units",
    help: "Units that wait in the queue, and that slaves have.",
    labelNames: ["state"],
    registers,
    collect() {
      const { waiting, leased } = queue.size();
      this.set({ state: "waiting" }, waiting);
      this.set({ state: "leased" }, leased);
    },
  });
  new Gauge({
    name: "manyhands_units_waiting_bytes",
    help: "Bytes of the units that wait.",
    registers,
    collect() {
      this.set(queue.size().bytes);
    },
  });
  new Gauge({
    name: "manyhands_leases",
    help: "Leases that slaves have.",
    registers,
    collect() {
      this.set(leases());
    },
  });
}

function fleetGauges(registers: Registers, { registry }: MetricsDeps): void {
  new Gauge({
    name: "manyhands_slaves",
    help: "Slaves, by state.",
    labelNames: ["state"],
    registers,
    collect() {
      const slaves = registry.all();
      for (const state of SLAVE_STATES)
        this.set({ state }, slaves.filter((slave) => slave.state === state).length);
    },
  });
  new Gauge({
    name: "manyhands_slots",
    help: "Slots of slaves that are alive, and how many of them have a unit.",
    labelNames: ["state"],
    registers,
    collect() {
      const { slots, busy } = fleetSummary(registry.all());
      this.set({ state: "all" }, slots);
      this.set({ state: "busy" }, busy);
    },
  });
}
