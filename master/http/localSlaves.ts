import { setTimeout as sleep } from "node:timers/promises";
import type { RequestHandler } from "express";
import { z } from "zod";
import { AppError, RequestError } from "../../shared/errors.ts";
import type { SlaveHttp } from "../slaves/client.ts";
import type { LocalSlaves } from "../slaves/localSlaves.ts";
import type { SlaveRegistry } from "../slaves/registry.ts";
import type { SlavesParts } from "./fleet.ts";
import { slaveView } from "./views.ts";

export interface LocalSlavesParts extends SlavesParts {
  readonly localSlaves: LocalSlaves;
  readonly slaveHttp: Pick<SlaveHttp, "drain">;
}

const wish = z.strictObject({
  count: z.number("a whole number is needed").int().min(1).max(1024).default(1),
  /** Files that each works on at a time. */
  slots: z.number("a whole number is needed").int().min(1).max(1024).default(1),
});

/** How long a slave elsewhere may take to hear that it is to go. */
const TELL_MS = 5_000;

/** `POST /slaves`: starts slaves on the master's machine; answered when they can be reached. */
export function addSlaves({ registry, localSlaves, config }: LocalSlavesParts): RequestHandler {
  return async (req, res) => {
    const parsed = wish.safeParse(req.body ?? {});
    if (!parsed.success) throw badWish(parsed.error);
    const { count, slots } = parsed.data;
    const started = await localSlaves.add(count, slots);
    await Promise.all(started.map(({ id }) => untilRegistered(registry, id)));
    const slaves = started.map(({ id, name, url: address }) => {
      const known = registry.get(id);
      return known === undefined
        ? { id, name, address, state: "pending", slots }
        : slaveView(known, config.jobs);
    });
    res.status(201).json({ slaves });
  };
}

/**
 * `DELETE /slaves/<id>`: it gets nothing more and finishes what it has. One on this machine, and one elsewhere
 * that knows how, then ends.
 */
export function removeSlave({ registry, localSlaves, slaveHttp, config }: LocalSlavesParts): RequestHandler {
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
