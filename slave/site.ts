import { rm } from "node:fs/promises";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serviceUrl } from "../shared/http/address.ts";
import { listenOn } from "../shared/http/listen.ts";
import { createHttpServer } from "../shared/http/server.ts";
import type { SlaveConfig } from "./config.ts";
import { ownFolder } from "./folder.ts";
import { Handover } from "./handover.ts";
import { InputCache } from "./inputCache.ts";

export type Site = Awaited<ReturnType<typeof openSite>>;

/** Opens the slave's port, unless it connects out, its folder, its handover folder and its cache of inputs; `close` releases all of them. */
export async function openSite(config: SlaveConfig) {
  const { server, port, answerWith } = await listen(config);
  const isOut = config.connect === "out";
  const closePort = () => {
    server.close();
    server.closeAllConnections();
  };
  try {
    const folder = await (isOut
      ? ownFolder(config.dataDir, "out", process.pid)
      : ownFolder(config.dataDir, config.host, port));
    const handover = config.handover ? await Handover.open(join(folder, "handover")) : undefined;
    const inputs = await InputCache.open(join(folder, "inputs"), config.inputCacheBytes);
    const close = async () => {
      handover?.close();
      closePort();
      await rm(folder, { recursive: true, force: true });
    };
    return { server, port, answerWith, folder, handover, inputs, close };
  } catch (error) {
    closePort();
    throw error;
  }
}

/** Listens at once, unless the slave connects out: then the port is 0; requests wait for `answerWith`. The slave's folder is named after the port, so the port comes first. */
async function listen(config: SlaveConfig) {
  let answerWith: (listener: RequestListener) => void = () => undefined;
  const ready = new Promise<RequestListener>((resolve) => {
    answerWith = resolve;
  });
  const isOut = config.connect === "out";
  // The connection to the master is encrypted already where the master uses HTTPS.
  const server = createHttpServer(isOut ? { ...config, tls: undefined } : config, (req, res) => {
    void ready.then((listener) => listener(req, res));
  });
  const port = isOut ? 0 : await listenOn(server, { ...config, role: "SLAVE" });
  return { server, port, answerWith };
}

/** The address that the server listens on; undefined when it listens on all. */
export function specificAddress(server: Server): string | undefined {
  const { address } = server.address() as AddressInfo;
  return address === "0.0.0.0" || address === "::" ? undefined : address;
}

/** Of a slave that connects out: no URL that anything can call. */
export function urlOf({ host, tls, connect, name }: SlaveConfig, port: number): string {
  if (connect === "out") return `out:${encodeURIComponent(name)}`;
  return serviceUrl({ host, port, tls });
}
