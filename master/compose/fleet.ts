import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Logger, logWriter } from "../../shared/logger.ts";
import { localSlaveEnvironment, type MasterConfig } from "../config.ts";
import { LocalRoster } from "../fleet/localRoster.ts";
import { LocalSlaves } from "../fleet/localSlaves.ts";
import { SlaveRegistry } from "../fleet/registry.ts";
import type { Slave } from "../fleet/slave.ts";
import { Tunnels } from "../fleet/tunnels.ts";
import type { ChangeHub } from "../hub.ts";
import { createSlaveHttp, type SlaveHttp } from "../lease/client.ts";

/** The slaves of the master, and the connections to them. */
export interface Fleet {
  readonly slaveHttp: SlaveHttp;
  readonly registry: SlaveRegistry;
  readonly tunnels: Tunnels;
  readonly localSlaves: LocalSlaves;
}

export interface FleetDeps {
  readonly config: MasterConfig;
  readonly logger: Logger;
  readonly hub: ChangeHub;
  /** Where slaves on this machine reach the master; asked when one is started. */
  readonly masterUrl: () => string;
}

export function createFleet({ config, logger, hub, masterUrl }: FleetDeps): Fleet {
  const tokenFor = (slave: Slave) => (slave.showedToken ? config.access.fleetToken : undefined);
  const tunnels = new Tunnels((id) => registry.hungUp(id));
  const slaveHttp = createSlaveHttp({ tokenFor, ca: config.ca, tunnels });
  const announce = (slave: Slave) => hub.slaveChanged(slave);
  const registry = new SlaveRegistry({
    config,
    logger,
    check: slaveHttp.check,
    announce,
    hasTunnel: (id) => tunnels.has(id),
  });
  const localSlaves = new LocalSlaves({
    registry,
    logger,
    roster: new LocalRoster(join(config.dataDir, "master", "local-slaves.json")),
    max: config.maxLocalSlaves ?? 4 * availableParallelism(),
    drainSeconds: config.drainSeconds,
    onLog: logWriter(config.logLevel, config.logFormat),
    environment: (set) => localSlaveEnvironment(config, masterUrl(), set),
  });
  return { slaveHttp, registry, tunnels, localSlaves };
}
