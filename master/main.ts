#!/usr/bin/env node
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
  const logger = createLogger("master", config.logLevel);
  const master = await createMaster(config, logger, { version: VERSION });
  const port = await listenOn(master.server, { ...config, role: "MASTER" });
  await master.start();
  const url = serviceUrl({ host: config.host, port, tls: config.tls });
  logger.info({ url, results: config.resultsDir }, "master is ready");
  announceReady(url);
  keepHeapSmall();
  freeBuffersEarly();
  let stopping = false;
  // The first signal drains; a second one ends the process at once.
  const stop = (reason: string) => {
    if (stopping) process.exit(0);
    stopping = true;
    logger.info({ reason }, "master stops");
    master.server.close();
    master.stop(config.drainSeconds).then(() => process.exit(0), failed);
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  endWithParent(() => stop("its parent ended"));
}

main().catch(failed);
