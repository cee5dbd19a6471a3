import { rememberedFor } from "../../shared/async/rememberedFor.ts";
import type { SlaveView } from "../../shared/contract/about.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import { Judge } from "../dispatch/judge.ts";
import { LeaseCounts } from "../dispatch/leaseCounts.ts";
import { SpeculationBook } from "../dispatch/speculation.ts";
import { Suspects } from "../dispatch/suspects.ts";
import { UnitTimes } from "../dispatch/timing.ts";
import { wantedUnits } from "../dispatch/wantedUnits.ts";
import { fleetSummary } from "../fleet/summary.ts";
import { TellingMasters } from "../http/otherMasters.ts";
import type { CapacityDeps } from "../jobs/capacity.ts";
import { FileTimes } from "../jobs/fileTimes.ts";
import { jobFiles } from "../jobs/jobFiles.ts";
import { logJobs } from "../jobs/jobLog.ts";
import type { Membership } from "../jobs/membership.ts";
import { Outlooks } from "../jobs/outlook.ts";
import { JobRunner } from "../jobs/runner.ts";
import { SavedWork } from "../jobs/savedWork.ts";
import { KeptInputs } from "../lease/keptInputs.ts";
import { StoreInputs } from "../lease/storeInputs.ts";
import type { MapDeps } from "../map/map.ts";
import { PaceBook, type StragglerRule } from "../map/pace.ts";
import { MemoryQueue } from "../queue/memory.ts";
import type { UnitQueue } from "../queue/port.ts";
import type { Bundles } from "../queue/shared/bundles.ts";
import { SharedQueue } from "../queue/shared/sharedQueue.ts";
import type { KeptBytes } from "../record/keptBytes.ts";
import { TimelineRecorder } from "../timeline/recorder.ts";
import type { UnitSpans } from "../timeline/slotBook.ts";
import { Retention } from "../upkeep/retention.ts";
import type { Fleet } from "./fleet.ts";
import { createMembership } from "./membership.ts";
import { retentionPolicy } from "./retentionPolicy.ts";
import type { Storage } from "./storage.ts";

/** Time for which the number of slots is the same. */
const SAME_MS = 1_000;

export interface WorkDeps {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly storage: Storage;
  readonly fleet: Fleet;
  /** Through which masters share their units; undefined where this one keeps its own. */
  readonly bundles: Bundles | undefined;
  readonly version: string;
  /** Port that the master listens on. */
  readonly port: () => number;
}

/** What runs jobs: units wait in the queue, the dispatcher hands them to slaves, the runner ends jobs. */
export interface Work {
  readonly queue: UnitQueue;
  readonly counts: LeaseCounts;
  readonly suspects: Suspects;
  readonly speculation: SpeculationBook;
  readonly saved: SavedWork;
  readonly dispatcher: Dispatcher;
  readonly runner: JobRunner;
  readonly membership: Membership | undefined;
  readonly masters: TellingMasters;
  readonly retention: Retention;
  readonly recorder: TimelineRecorder;
  readonly capacity: CapacityDeps;
  /** Why jobs cannot be recorded or shared now; undefined while they can. */
  readonly outage: Storage["outage"];
}

export function createWork(deps: WorkDeps): Work {
  const { logger, storage, fleet } = deps;
  const { jobs, hub, store } = storage;
  const recorder = new TimelineRecorder({
    timeline: jobs.timeline,
    hub,
    logger,
    waitingFiles: () => Math.max(0, runner.load().files - fleetSummary(fleet.registry.all()).busy),
  });
  const { queue, counts, paces, suspects, speculation, dispatcher } = createDispatch(deps, recorder);
  const keptBytes: KeptBytes = new Map();
  logJobs(hub, logger);
  const runner = createRunner(deps, { queue, paces, dispatcher, keptBytes, masters: () => masters });
  const membership = createMembership({
    ...deps,
    ...{ jobs, hub, runner, dispatcher },
    onHeard: () => masters.jobsAtWork().forEach((job) => void hub.progressed(job)),
  });
  const masters = new TellingMasters({ membership });
  const outage = () => storage.outage() ?? deps.bundles?.trouble;
  const capacity = {
    registry: fleet.registry,
    runner,
    times: new FileTimes(hub),
    outage: () => outage() ?? store.trouble,
    elsewhere: () => masters.elsewhere(),
  };
  return {
    queue,
    counts,
    suspects,
    speculation,
    saved: new SavedWork(hub),
    dispatcher,
    runner,
    membership,
    masters,
    retention: createRetention(deps, keptBytes, membership),
    capacity,
    outage,
    recorder,
  };
}

function createRetention(
  { config, logger, storage: { jobs, store, results } }: WorkDeps,
  keptBytes: KeptBytes,
  membership: Membership | undefined,
): Retention {
  const policy = retentionPolicy(config);
  const isFirst = membership && (() => membership.isFirst);
  return new Retention({ jobs, store, results, keptBytes, policy, isFirst, logger });
}

interface RunnerInit extends Pick<MapDeps, "queue" | "paces"> {
  readonly dispatcher: Dispatcher;
  readonly keptBytes: KeptBytes;
  /** Made after the runner. */
  readonly masters: () => TellingMasters;
}

function createRunner(
  { config, logger, storage, fleet }: WorkDeps,
  { queue, paces, dispatcher, keptBytes, masters }: RunnerInit,
): JobRunner {
  const elsewhere = () => masters().elsewhere().slaves;
  const { jobs, hub, store, resultWriter, retryWhileFull, disk } = storage;
  const { registry } = fleet;
  return new JobRunner({
    jobs,
    hub,
    files: jobFiles(store, retryWhileFull),
    results: resultWriter,
    store,
    map: { jobs, queue, paces, slots: slotsOf(registry, elsewhere) },
    dispatcher,
    progressElsewhere: (job) => masters().progress(job),
    outlooks: new Outlooks({ registry, dispatcher, jobs, disk, elsewhere }),
    registry,
    sight: config.jobs,
    budgets: budgetsOf(config),
    keptBytes,
    logger,
  });
}

/** Counts the slots of this master and of all others. */
function slotsOf(registry: Fleet["registry"], elsewhere: () => readonly SlaveView[]): () => number {
  return rememberedFor(SAME_MS, () =>
    [...registry.alive(), ...elsewhere()].reduce((sum, { slots }) => sum + slots, 0),
  );
}

/** The queue of units, and what hands them to slaves. */
function createDispatch(deps: WorkDeps, spans: UnitSpans) {
  const { config, logger, storage, fleet } = deps;
  const { jobs, hub, store } = storage;
  const { registry, slaveHttp: http } = fleet;
  const { maxPartBytes, silenceSeconds } = config;
  const times = new UnitTimes();
  const queue = createQueue(deps, times);
  const counts = new LeaseCounts();
  const suspects = new Suspects({ maxCrashes: config.maxCrashes, maxLosses: config.maxLosses });
  const speculation = new SpeculationBook(jobs, logger);
  const paces = new PaceBook();
  const dispatcher = new Dispatcher({
    queue,
    store,
    jobs,
    times,
    logger,
    judge: new Judge(suspects, registry),
    speculation,
    counts,
    spans,
    registry,
    hub,
    transport: {
      ...{ http, store, maxPartBytes, silenceSeconds },
      keptInputs: new KeptInputs(),
      storeInputs: new StoreInputs({ store, logger }),
    },
    leaseSeconds: 4 * silenceSeconds,
    paces,
    stragglerRule: stragglerRuleOf(config),
  });
  return { queue, counts, paces, suspects, speculation, dispatcher };
}

function createQueue({ config, bundles, fleet, logger }: WorkDeps, times: UnitTimes): UnitQueue {
  const { clientWeights: weights } = config;
  const memory = new MemoryQueue(weights);
  if (bundles === undefined) return memory;
  const wanted = wantedUnits({ registry: fleet.registry, times });
  return new SharedQueue({ memory, bundles, weights, wanted, logger });
}

/** Time budgets that the operator set. */
function budgetsOf({ queueSeconds, unitRunSeconds, unitSilenceSeconds, jobSeconds }: MasterConfig) {
  return { waiting: queueSeconds, running: unitRunSeconds, silence: unitSilenceSeconds, total: jobSeconds };
}

function stragglerRuleOf({
  stragglerRule: rule,
  stragglerFactor,
  stragglerSeconds,
}: MasterConfig): StragglerRule {
  const factor = stragglerFactor ?? (rule === "mean" ? 1.2 : 1.5);
  return { rule, factor, doneShare: 0.75, seconds: stragglerSeconds, smallMap: 10 };
}
