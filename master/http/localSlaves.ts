import { setTimeout as sleep } from "node:timers/promises";
import type { RequestHandler } from "express";
import type { z } from "zod";
import type { SlaveView } from "../../shared/contract/about.ts";
import { slavesWish } from "../../shared/contract/requests.ts";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { LocalSlave, LocalSlaves } from "../fleet/localSlaves.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { SlaveHttp } from "../lease/client.ts";
import type { SlavesDeps } from "./fleet.ts";
import { slaveView } from "./views.ts";

export interface LocalSlaveRoutesDeps extends SlavesDeps {
  readonly localSlaves: LocalSlaves;
  readonly slaveHttp: Pick<SlaveHttp, "drain">;
}

/** How long a slave elsewhere may take to hear that it is to go. */
const TELL_MS = 5_000;

/** `POST /slaves`: starts slaves on the master's machine; answered when they can be reached. */
export function addSlaves({ registry, localSlaves, config }: LocalSlaveRoutesDeps): RequestHandler {
  return async (req, res) => {
    const parsed = slavesWish.safeParse(req.body ?? {});
    if (!parsed.success) throw badWish(parsed.error);
    const { count, slots } = parsed.data;
    const started = await localSlaves.add(count, slots);
    await Promise.all(started.map(({ id }) => untilRegistered(registry, id)));
    const slaves = started.map((one): SlaveView => {
      const known = registry.get(one.id);
      return known === undefined ? startingView(one, slots) : slaveView(known, config.jobs);
    });
    res.status(201).json({ slaves });
  };
}

/**
 * `DELETE /slaves/<id>`: it gets nothing more and finishes what it has. One on this machine, and one elsewhere
 * that knows how, then ends.
 */
export function removeSlave({
  registry,
  localSlaves,
  slaveHttp,
  config,
}: LocalSlaveRoutesDeps): RequestHandler {
  return (req, res) => {
    const slave = registry.get(String(req.params.id));
    if (slave === undefined) throw new AppError("no_such_slave", "There is no such slave.", { status: 404 });
    registry.drain(slave);
    if (!localSlaves.remove(slave.id) && !slave.classic) {
      // One that cannot be told drains all the same: it gets nothing more.
      slaveHttp.drain(slave, AbortSignal.timeout(TELL_MS)).catch(() => undefined);
    }
    res.status(202).json(slaveView(slave, config.jobs));
  };
}

/** One that has not registered yet. */
function startingView({ id, name, url }: LocalSlave, slots: number): SlaveView {
  const nothing = { busy: 0, tasks: [], done: 0, failed: 0 };
  return { id, name, address: new URL(url).host, state: "pending", classic: false, slots, ...nothing };
}

/** It listens first and registers then. One that takes long will still come. */
async function untilRegistered(registry: SlaveRegistry, id: string): Promise<void> {
  for (let tries = 0; tries < 100 && registry.get(id) === undefined; tries += 1) await sleep(50);
}

function badWish(error: z.ZodError): RequestError {
  const [issue] = error.issues;
  const field = issue?.path.join(".") || "count";
  return new RequestError("bad_slaves", `${field}: ${issue?.message ?? "not valid"}`, {
    details: { field, valid_values: ["count: 1 to 1024", "slots: 1 to 1024"] },
  });
}
