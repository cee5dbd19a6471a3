import { setTimeout as sleep } from "node:timers/promises";
import type { RequestHandler } from "express";
import type { z } from "zod";
import type { SlaveView } from "../../shared/contract/about.ts";
import { slavesWish } from "../../shared/contract/requests.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { LocalSlave, LocalSlaves } from "../fleet/localSlaves.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { SlaveHttp } from "../lease/client.ts";
import type { Sight } from "./clients.ts";
import { slaveView } from "./views.ts";

export interface AddSlavesDeps {
  readonly registry: Pick<SlaveRegistry, "get">;
  readonly localSlaves: Pick<LocalSlaves, "add">;
  readonly sight: Sight;
}

/** `POST /slaves`: starts slaves on the master's machine; answered when they can be reached. */
export function addSlaves({ registry, localSlaves, sight }: AddSlavesDeps): RequestHandler {
  return async (req, res) => {
    const parsed = slavesWish.safeParse(req.body ?? {});
    if (!parsed.success) throw badWish(parsed.error);
    const { count, slots } = parsed.data;
    const started = await localSlaves.add(count, slots);
    await Promise.all(started.map(({ id }) => untilRegistered(registry, id)));
    const slaves = started.map((one): SlaveView => {
      const known = registry.get(one.id);
      return known === undefined ? startingView(one, slots) : slaveView(known, sight);
    });
    res.status(201).json({ slaves });
  };
}

export interface RemoveSlaveDeps {
  readonly registry: Pick<SlaveRegistry, "get" | "drain">;
  readonly localSlaves: Pick<LocalSlaves, "remove">;
  readonly slaveHttp: Pick<SlaveHttp, "drain">;
  readonly sight: Sight;
}

/** How long a slave on another machine may take to answer that it drains. */
const DRAIN_REQUEST_MS = 5_000;

/**
 * `DELETE /slaves/<id>`: the slave gets no more units and finishes those that it has. A slave on this machine then
 * ends, and so does one on another machine that knows `/drain`.
 */
export function removeSlave({ registry, localSlaves, slaveHttp, sight }: RemoveSlaveDeps): RequestHandler {
  return (req, res) => {
    const slave = registry.get(String(req.params.id));
    if (slave === undefined) throw new AppError("no_such_slave", "There is no such slave.", { status: 404 });
    registry.drain(slave);
    if (!localSlaves.remove(slave.id) && !slave.classic) {
      // A slave that the request does not reach gets no more units all the same.
      slaveHttp.drain(slave, AbortSignal.timeout(DRAIN_REQUEST_MS)).catch(() => undefined);
    }
    res.status(202).json(slaveView(slave, sight));
  };
}

/** One that has not registered yet. */
function startingView({ id, name, url }: LocalSlave, slots: number): SlaveView {
  const nothing = { busy: 0, tasks: [], done: 0, failed: 0 };
  return { id, name, address: new URL(url).host, state: "pending", classic: false, slots, ...nothing };
}

/** It listens first and registers then. One that takes long will still come. */
async function untilRegistered(registry: Pick<SlaveRegistry, "get">, id: string): Promise<void> {
  for (let tries = 0; tries < 100 && registry.get(id) === undefined; tries += 1) await sleep(50);
}

function badWish(error: z.ZodError): RequestError {
  const [issue] = error.issues;
  const field = issue?.path.join(".") || "count";
  return new RequestError("bad_slaves", `${field}: ${issue?.message ?? "not valid"}`, {
    details: { field, valid_values: ["count: 1 to 1024", "slots: 1 to 1024"] },
  });
}
