import type { ErrorRequestHandler, RequestHandler } from "express";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { SLAVE_STATES } from "../../shared/contract/fleet.ts";
import { JOB_STATES } from "../../shared/contract/jobs.ts";
import type { LeaseCounts } from "../dispatch/leaseCounts.ts";
import type { SpeculationBook } from "../dispatch/speculation.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fleetSummary } from "../fleet/summary.ts";
import type { ChangeHub } from "../hub.ts";
import { type CapacityDeps, capacityOf } from "../jobs/capacity.ts";
import type { UnitQueue } from "../queue/port.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { diskGauge, type MeasuredFolders } from "./disk.ts";
import { watchJobs } from "./files.ts";
import { RequestMetrics, type SlaveTraffic } from "./requests.ts";
import { uploadGauges } from "./uploads.ts";
import { type WebhookCounts, webhookTries } from "./webhooks.ts";

export interface MetricsDeps {
  readonly version: string;
  readonly jobs: Pick<RecordOfJobs, "counts" | "uploads">;
  readonly hub: Pick<ChangeHub, "watch">;
  readonly queue: Pick<UnitQueue, "size">;
  readonly counts: Pick<LeaseCounts, "leases" | "unitsBack">;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly speculation: Pick<SpeculationBook, "total">;
  readonly capacity: CapacityDeps;
  readonly folders: MeasuredFolders;
  /** Number of webhooks by what became of each try. */
  readonly webhooks: WebhookCounts;
  readonly slaveTraffic: SlaveTraffic;
  /** Number of leases that slaves hold now. */
  readonly leases: () => number;
}

/** Metrics for Prometheus. Numbers that other objects hold are read at each scrape and cost nothing between. */
export class MasterMetrics {
  readonly #registry = new Registry();
  readonly #requests: RequestMetrics;
  readonly contentType = this.#registry.contentType;

  constructor(deps: MetricsDeps) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 50 });
    this.#requests = new RequestMetrics(registers, deps.slaveTraffic);
    new Gauge({
      name: "manyhands_build_info",
      help: "Always 1; the version is a label.",
      labelNames: ["version"],
      registers,
    }).set({ version: deps.version }, 1);
    watchJobs(registers, deps.hub);
    gauges(registers, deps);
    oldestWaiting(registers, deps.capacity);
    diskGauge(registers, deps.folders);
    fleetGauges(registers, deps);
    uploadGauges(registers, deps.jobs.uploads);
    totals(registers, deps);
    webhookTries(registers, deps.webhooks);
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  /** Measures the requests of a route. */
  timed(route: string): RequestHandler {
    return this.#requests.timed(route);
  }

  /** Counts refused requests; stands before the handler of problems. */
  refusals(): ErrorRequestHandler {
    return this.#requests.refusals();
  }
}

type Registers = Registry[];

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
      // Without a database that answers the other numbers matter most.
      const counts = await jobs.counts().catch(() => undefined);
      this.reset();
      if (counts === undefined) return;
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

/** Each master tells of its own jobs: who reads them adds the masters up. */
function oldestWaiting(registers: Registers, { elsewhere: _, ...own }: CapacityDeps): void {
  new Gauge({
    name: "manyhands_oldest_waiting_seconds",
    help: "Seconds since the oldest job with a file that no slave has begun was recorded, by task; 0 when none waits.",
    labelNames: ["task"],
    registers,
    collect() {
      this.reset();
      for (const [task, { oldest_waiting_seconds: seconds }] of Object.entries(capacityOf(own).tasks))
        this.set({ task }, seconds);
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
