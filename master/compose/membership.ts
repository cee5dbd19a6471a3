import { hostname } from "node:os";
import type { ToldMaster } from "../../shared/contract/told.ts";
import { serviceUrl } from "../../shared/http/address.ts";
import type { Logger } from "../../shared/logger.ts";
import type { MasterConfig } from "../config.ts";
import type { Dispatcher } from "../dispatch/dispatcher.ts";
import { slaveView } from "../http/views.ts";
import type { ChangeHub } from "../hub.ts";
import { Membership } from "../jobs/membership.ts";
import type { JobRunner, WaitingFiles } from "../jobs/runner.ts";
import { ToldJobs } from "../jobs/toldJobs.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { Fleet } from "./fleet.ts";

export interface MembershipInit {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly version: string;
  readonly jobs: Pick<RecordOfJobs, "masters">;
  readonly hub: ChangeHub;
  readonly fleet: Fleet;
  readonly runner: JobRunner;
  readonly dispatcher: Dispatcher;
  /** Port that the master listens on. */
  readonly port: () => number;
  /** Called when it was heard what the other masters tell. */
  readonly onHeard: () => void;
}

/** Most slaves that a master tells the others of, and the time for which what it told is the same. */
const MOST_SLAVES = 500;
const SAME_MS = 2_000;

/** This master among the others on its record; undefined where it works alone. */
export function createMembership(init: MembershipInit): Membership | undefined {
  const { jobs, runner, dispatcher, logger, version, config, port, onHeard } = init;
  const { masters } = jobs;
  if (masters === undefined) return undefined;
  const text = told(init);
  const state = () => ({ url: urlFor(config, port()), version, state: text() });
  return new Membership({ masters, runner, dispatcher, logger, state, onHeard });
}

/** The slaves of this master, as the others show them: without the files that they work on; and its jobs. */
function told({ fleet, runner, hub }: MembershipInit): () => string {
  const toldJobs = new ToldJobs({ hub, runner });
  let at = Number.NEGATIVE_INFINITY;
  let text = "";
  return () => {
    if (performance.now() - at < SAME_MS) return text;
    at = performance.now();
    const slaves = fleet.registry.all().slice(0, MOST_SLAVES);
    const { jobs, files } = runner.load();
    const views = slaves.map((slave) => slaveView(slave, "own"));
    const waiting = waitingByTask(runner.waiting());
    const at_work = toldJobs.now();
    text = JSON.stringify({ slaves: views, jobs, files, waiting, at_work } satisfies ToldMaster);
    return text;
  };
}

function waitingByTask(jobs: Iterable<WaitingFiles>): ToldMaster["waiting"] {
  const tasks = new Map<string, ToldMaster["waiting"][number]>();
  for (const { task, files, createdAt } of jobs) {
    const known = tasks.get(task) ?? { files: 0, since: createdAt };
    tasks.set(task, { task, files: known.files + files, since: Math.min(known.since, createdAt) });
  }
  return [...tasks.values()];
}

/** Where others reach this master, as far as it knows. */
function urlFor({ host, tls }: MasterConfig, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? hostname() : host;
  return serviceUrl({ host: name, port, tls });
}
