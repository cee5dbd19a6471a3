import { randomUUID } from "node:crypto";
import type { RegisterRequest } from "../shared/contract/fleet.ts";
import type { Logger } from "../shared/logger.ts";
import type { TaskDefinition } from "../shared/tasks/task.ts";
import type { SlaveConfig } from "./config.ts";
import { Registration } from "./registration.ts";
import { type Site, specificAddress } from "./site.ts";
import { Tunnel } from "./tunnel.ts";

/** What a slave tells a master of itself. */
interface Offer extends Pick<Site, "handover" | "inputs"> {
  readonly tasks: readonly TaskDefinition[];
  readonly version: string;
  readonly instance: string;
  readonly choices: RegisterRequest["choices"];
}

/** The slave connects out, or names the address at which it listens. */
export function createRegistration(
  config: SlaveConfig,
  site: Site,
  { offer, log }: { readonly offer: Offer; readonly log: Logger },
): Registration {
  const { masterUrls, token, ca, connect } = config;
  const tunnel = connect === "out" ? tunnelOf(config, site, () => registration.doubted()) : undefined;
  const announced = connect === "out" ? undefined : (config.announced ?? specificAddress(site.server));
  const about = aboutOf(config, site.port, offer);
  const registration: Registration = new Registration({
    masterUrls,
    announced,
    tunnel,
    token,
    ca,
    about,
    log,
  });
  return registration;
}

function tunnelOf({ token, ca }: SlaveConfig, { server }: Site, onEnd: () => void): Tunnel {
  return new Tunnel({ token, ca, id: randomUUID(), serve: (one) => server.emit("connection", one), onEnd });
}

function aboutOf(
  { name, slots, tls, connect, storeUrl: store }: SlaveConfig,
  slave_port: number,
  offer: Offer,
) {
  const { tasks, choices, handover, inputs, version, instance } = offer;
  const identity = { slave_port, name, version, instance, slots };
  const abilities = { steps: stepsOf(tasks), choices, input_cache_bytes: inputs?.maxBytes, store };
  const isTls = tls !== undefined && connect === "direct";
  return { ...identity, ...abilities, tls: isTls, handover: handover?.about };
}

export async function choicesOf(tasks: readonly TaskDefinition[]): Promise<RegisterRequest["choices"]> {
  const told = await Promise.all(
    tasks.map(async ({ name, choices }) => (choices === undefined ? [] : [[name, await choices()] as const])),
  );
  return Object.fromEntries(
    told
      .flat()
      .map(([name, values]) => [
        name,
        Object.fromEntries(Object.entries(values).map(([option, all]) => [option, [...all]])),
      ]),
  );
}

function stepsOf(tasks: readonly TaskDefinition[]): Record<string, Record<string, number>> {
  return Object.fromEntries(
    tasks.map(({ name, steps }) => [
      name,
      Object.fromEntries(Object.entries(steps).map(([step, { version }]) => [step, version])),
    ]),
  );
}
