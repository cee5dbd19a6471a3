#!/usr/bin/env node
import { LONGEST_TIMER_MS } from "../shared/async/timer.ts";
import { loadEnvFile } from "../shared/env.ts";
import { serviceUrl } from "../shared/http/address.ts";
import { listenOn } from "../shared/http/listen.ts";
import { createLogger } from "../shared/logger.ts";
import { failed } from "../shared/process/failed.ts";
import { freeBuffersEarly, keepHeapSmall } from "../shared/process/heap.ts";
import { announceReady } from "../shared/process/ready.ts";
import { endWithParent } from "../shared/process/withParent.ts";
import { VERSION } from "../shared/version.ts";
import { createMaster } from "./app.ts";
import { readMasterConfig } from "./config.ts";

/** Reads the configuration, builds the master and starts it; SIGINT and SIGTERM stop it. */
async function main(): Promise<void> {
  loadEnvFile();
  const config = readMasterConfig();
  const logger = createLogger("master", config.logLevel, config.logFormat);
  const master = await createMaster(config, logger, { version: VERSION });
  const port = await listenOn(master.server, { ...config, role: "MASTER" });
  await master.start();
  const url = serviceUrl({ host: config.host, port, tls: config.tls });
  logger.info({ url, results: config.resultsDir }, `master is ready at ${url}`);
  announceReady(url);
  keepHeapSmall();
  freeBuffersEarly();
  let signals = 0;
  const hurry = new AbortController();
  // The first signal drains, a second one ends the drain, a third one ends the process.
  const stop = (reason: string) => {
    signals += 1;
    if (signals === 2) hurry.abort();
    if (signals > 2) process.exit(1);
    if (signals > 1) return;
    logger.info({ reason }, `master stops: ${reason}`);
    master.server.close();
    const late = AbortSignal.timeout(Math.min(config.drainSeconds * 1000, LONGEST_TIMER_MS));
    master.stop(AbortSignal.any([late, hurry.signal])).then(() => process.exit(0), failed);
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  endWithParent(() => stop("its parent ended"));
}

main().catch(failed);
