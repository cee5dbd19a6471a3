#!/usr/bin/env node
import { loadEnvFile } from "../shared/env.ts";
import { createLogger } from "../shared/logger.ts";
import { failed } from "../shared/process/failed.ts";
import { freeBuffersEarly } from "../shared/process/heap.ts";
import { announceReady } from "../shared/process/ready.ts";
import { endWithParent } from "../shared/process/withParent.ts";
import { TASKS } from "../shared/tasks/registry.ts";
import { VERSION } from "../shared/version.ts";
import { startSlave } from "./app.ts";
import { readSlaveConfig } from "./config.ts";

/** Starts a slave. It drains on SIGINT or SIGTERM, and stops at once on a second one. */
async function main(): Promise<void> {
  loadEnvFile();
  const config = readSlaveConfig();
  const log = createLogger("slave", config.logLevel, config.logFormat);
  const registry = import.meta.resolve(`../shared/tasks/registry${import.meta.url.slice(-3)}`);
  const slave = await startSlave(config, { tasks: TASKS, registry, version: VERSION, log });
  let stopping = false;
  const stop = (reason: string) => {
    if (stopping) {
      slave.stopNow();
      return;
    }
    stopping = true;
    log.info({ reason }, `slave stops: ${reason}`);
    slave.stop().then(() => process.exit(0), failed);
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  endWithParent(() => stop("its parent ended"));
  slave.dismissed.addEventListener("abort", () => stopping || stop("a master dismissed it"));
  log.info({ url: slave.url, slots: config.slots }, `slave is ready at ${slave.url}`);
  announceReady(slave.url);
  freeBuffersEarly();
}

main().catch(failed);
