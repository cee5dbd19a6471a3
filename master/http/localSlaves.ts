import type { RequestHandler } from "express";
import type { z } from "zod";
import type { SlaveView } from "../../shared/contract/about.ts";
import { slavesWish } from "../../shared/contract/requests.ts";
import { RequestError } from "../../shared/errors.ts";
import { answerJson } from "../../shared/http/json.ts";
import { checked, firstFault, sentenceOf } from "../../shared/schema.ts";
import { isOurs } from "../classic/kind.ts";
import type { LocalSlave, LocalSlaves } from "../fleet/localSlaves.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import type { ChangeHub } from "../hub.ts";
import type { SlaveHttp } from "../lease/client.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { Sight } from "./clients.ts";
import { slaveNamed } from "./fleet.ts";
import type { TellingMasters } from "./otherMasters.ts";
import { untilGone } from "./streams.ts";
import { slaveView } from "./views.ts";

export interface AddSlavesDeps {
  readonly registry: Pick<SlaveRegistry, "get">;
  readonly hub: Pick<ChangeHub, "watch">;
  readonly localSlaves: Pick<LocalSlaves, "add">;
  readonly sight: Sight;
}

/** Time in which a slave that listens registers; a slave that takes longer is answered as `pending`. */
const REGISTER_MS = 5_000;

/** `POST /slaves`: starts slaves on the master's machine; answered when they have registered. */
export function addSlaves({ registry, hub, localSlaves, sight }: AddSlavesDeps): RequestHandler {
  return async (req, res) => {
    const parsed = checked(slavesWish, req.body ?? {});
    if (!parsed.success) throw badWish(parsed.error);
    const { count, slots } = parsed.data;
    const started = await localSlaves.add(count, slots);
    const signal = AbortSignal.any([untilGone(res), AbortSignal.timeout(REGISTER_MS)]);
    await Promise.all(started.map(({ id }) => untilRegistered({ registry, hub, signal }, id)));
    const slaves = started.map((one): SlaveView => {
      const known = registry.get(one.id);
      return known === undefined ? startingView(one, slots) : slaveView(known, sight);
    });
    answerJson(res.status(201), { slaves });
  };
}

export interface RemoveSlaveDeps {
  readonly registry: Pick<SlaveRegistry, "get" | "drain">;
  readonly localSlaves: Pick<LocalSlaves, "remove">;
  readonly slaveHttp: Pick<SlaveHttp, "drain">;
  readonly jobs: Pick<RecordOfJobs, "masters">;
  readonly masters: Pick<TellingMasters, "withOthers">;
  readonly sight: Sight;
}

/** How long a slave on another machine may take to answer that it drains. */
const DRAIN_REQUEST_MS = 5_000;

/**
 * `DELETE /slaves/<id>`: the slave gets no more units and finishes those that it has. A slave on the machine of its
 * master then ends, and so does one on another machine that knows `/drain`. The master of a slave is asked by the others.
 */
export function removeSlave(deps: RemoveSlaveDeps): RequestHandler {
  const { registry, jobs, sight } = deps;
  jobs.masters?.onNews(({ type, job: id }) => {
    const slave = type === "drain" ? registry.get(id) : undefined;
    if (slave !== undefined) drain(slave, deps);
  });
  return async (req, res) => {
    const slave = registry.get(String(req.params.id));
    if (slave !== undefined) {
      drain(slave, deps);
      return answerJson(res.status(202), slaveView(slave, sight));
    }
    const there = slaveNamed(deps, req);
    await jobs.masters?.ask({ type: "drain", id: there.id });
    answerJson(res.status(202), { ...there, state: "draining" } satisfies SlaveView);
  };
}

function drain(slave: Slave, { registry, localSlaves, slaveHttp }: RemoveSlaveDeps): void {
  registry.drain(slave);
  if (localSlaves.remove(slave.id) || !isOurs(slave)) return;
  // A slave that the request does not reach gets no more units either.
  slaveHttp.drain(slave, AbortSignal.timeout(DRAIN_REQUEST_MS)).catch(() => undefined);
}

/** A slave that listens and has not registered yet. */
function startingView({ id, name, url }: LocalSlave, slots: number): SlaveView {
  const nothing = { busy: 0, waiting: 0, tasks: [], done: 0, failed: 0 };
  return { id, name, address: new URL(url).host, state: "pending", classic: false, slots, ...nothing };
}

interface RegistrationDeps extends Pick<AddSlavesDeps, "registry" | "hub"> {
  readonly signal: AbortSignal;
}

/** Resolves when the slave has registered, or when the signal is aborted. */
function untilRegistered({ registry, hub, signal }: RegistrationDeps, id: string): Promise<void> {
  if (registry.get(id) !== undefined || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      unwatch();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const unwatch = hub.watch("slaves", ({ slave }) => {
      if (slave.id === id) end();
    });
    signal.addEventListener("abort", end);
  });
}

function badWish(error: z.ZodError): RequestError {
  const fault = firstFault(error, "");
  return new RequestError("bad_slaves", `${sentenceOf(fault)}.`, {
    details: { field: fault.field, valid_values: ["count: 1 to 1024", "slots: 1 to 1024"] },
  });
}
