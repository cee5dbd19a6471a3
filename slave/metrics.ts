import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { INPUT_SOURCES, type InputCacheUsage } from "./inputCache.ts";
import type { PoolStatus } from "./pool/pool.ts";
import type { ChildEndReason, PoolCounts } from "./pool/warmChildDeps.ts";

/** Seconds of units in children: from short texts to long scans. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600, 3_600];
const REASONS: readonly ChildEndReason[] = ["replaced", "unit", "unusable", "crash", "out_of_memory"];

/** Asked at each scrape. */
interface MetricSources {
  readonly status: () => PoolStatus;
  /** Undefined where the slave keeps no inputs. */
  readonly inputs: () => InputCacheUsage | undefined;
}

/** Metrics of a slave for Prometheus. Numbers that its pool holds are read at each scrape. */
export class SlaveMetrics implements PoolCounts {
  readonly #registry = new Registry();
  readonly #units: Histogram<"task">;
  readonly #restarts: Counter<"reason">;
  readonly contentType = this.#registry.contentType;

  constructor(version: string, sources: MetricSources) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: 50 });
    this.#units = new Histogram({
      name: "manyhands_slave_unit_run_seconds",
      help: "Seconds in children of units that have a result, by task.",
      labelNames: ["task"],
      buckets: BUCKETS,
      registers,
    });
    this.#restarts = new Counter({
      name: "manyhands_slave_child_restarts_total",
      help: "Children that ended, by reason: replaced, unit, unusable, crash, out_of_memory.",
      labelNames: ["reason"],
      registers,
    });
    for (const reason of REASONS) this.#restarts.inc({ reason }, 0);
    gauges(registers, sources.status);
    inputMetrics(registers, sources.inputs);
    new Gauge({
      name: "manyhands_slave_build_info",
      help: "Always 1; the version is a label.",
      labelNames: ["version"],
      registers,
    }).set({ version }, 1);
  }

  /** In Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  unitRan(task: string, seconds: number): void {
    this.#units.observe({ task }, seconds);
  }

  childEnded(reason: ChildEndReason): void {
    this.#restarts.inc({ reason });
  }
}

function gauges(registers: Registry[], status: () => PoolStatus): void {
  new Gauge({
    name: "manyhands_slave_slots",
    help: "Slots, and how many of them have a unit: all, busy.",
    labelNames: ["state"],
    registers,
    collect() {
      const { slots, busy } = status();
      this.set({ state: "all" }, slots);
      this.set({ state: "busy" }, busy);
    },
  });
  new Gauge({
    name: "manyhands_slave_child_rss_bytes",
    help: "Resident bytes of all children and the processes that they started; 0 where the system does not tell.",
    registers,
    collect() {
      this.set(status().memory);
    },
  });
}

function inputMetrics(registers: Registry[], usage: MetricSources["inputs"]): void {
  new Gauge({
    name: "manyhands_slave_input_cache_bytes",
    help: "Bytes of inputs that are kept for later leases.",
    registers,
    collect() {
      this.set(usage()?.bytes ?? 0);
    },
  });
  new Counter({
    name: "manyhands_slave_shared_inputs_total",
    help: "Inputs of leases that several leases share: sent, kept, missing.",
    labelNames: ["source"],
    registers,
    collect() {
      this.reset();
      for (const source of INPUT_SOURCES) this.inc({ source }, usage()?.inputs[source] ?? 0);
    },
  });
}
