#!/usr/bin/env node
import type { AddressInfo } from "node:net";
import { loadEnvFile } from "../shared/env.ts";
import { AppError, isErrno } from "../shared/errors.ts";
import { createLogger } from "../shared/logger.ts";
import { keepHeapSmall } from "../shared/process/heap.ts";
import { announceReady } from "../shared/process/ready.ts";
import { endWithParent } from "../shared/process/withParent.ts";
import { VERSION } from "../shared/version.ts";
import { createMaster, type MasterApp } from "./app.ts";
import { type MasterConfig, readMasterConfig } from "./config.ts";

/** Loads, builds, starts; stops on SIGINT and SIGTERM. */
async function main(): Promise<void> {
  loadEnvFile();
  const config = readMasterConfig();
  const logger = createLogger("master", config.logLevel);
  const master = await createMaster(config, logger, VERSION);
  await listen(master, config);
  await master.start();
  const { port } = master.server.address() as AddressInfo;
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  const url = `${config.tls === undefined ? "http" : "https"}://${host}:${port}`;
  logger.info({ url, results: config.resultsDir }, "master is ready");
  announceReady(url);
  keepHeapSmall();
  let stopping = false;
  // Once: drain. Again: now.
  const stop = (reason: string) => {
    if (stopping) process.exit(0);
    stopping = true;
    logger.info({ reason }, "master stops");
    master.server.close();
    master.stop(config.drainSeconds).then(() => process.exit(0), fail);
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  endWithParent(() => stop("its parent ended"));
}

async function listen({ server }: MasterApp, { host, port }: MasterConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  }).catch((error: unknown) => {
    if (!isErrno(error, "EADDRINUSE")) throw error;
    throw new AppError("port_in_use", `Port ${port} of ${host} is in use. Set MASTER_PORT to another one.`);
  });
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof AppError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}

main().catch(fail);
