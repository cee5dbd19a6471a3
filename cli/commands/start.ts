import { once } from "node:events";
import { createServer } from "node:net";
import type { Command } from "commander";
import { logWriter } from "../../shared/logger.ts";
import { printable } from "../../shared/printable.ts";
import { type Supervised, supervise } from "../../shared/process/supervisor.ts";
import { CLI_VARIABLES, childEnvironment } from "../config.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { ownName } from "../output/ownName.ts";
import type { RunCommand } from "./runCommand.ts";

/** `start` */
export function addStart(program: Command, run: RunCommand): void {
  program
    .command("start")
    .description("keep a master and one slave of this machine running until Ctrl-C or SIGTERM")
    .action(() => run(start));
}

async function start(context: CliContext): Promise<number> {
  const { terminal, config, interrupt } = context;
  const onLog = logWriter(config.logLevel, config.logFormat);
  const master = localMaster(context, onLog);
  const url = await orInterrupted(master.ready, interrupt).catch(async (error: unknown) => {
    await master.stop(AbortSignal.abort());
    throw error;
  });
  if (url === undefined) {
    await master.stop(grace());
    return EXIT.done;
  }
  const slave = await localSlave(url, context, onLog);
  introduce(url, context);
  await orInterrupted(new Promise<never>(() => undefined), interrupt);
  terminal.note("Stopping…");
  // The master stops first, because its last leases still need the slave.
  await master.stop(grace());
  await slave.stop(grace());
  return EXIT.done;
}

/** Time for a process to drain; longer than the default of DRAIN_SECONDS. */
const grace = () => AbortSignal.timeout(40_000);

/** A master that ends by itself is started again on the port that it had. */
function localMaster({ terminal }: CliContext, onLog: (line: string) => void): Supervised {
  let port: string | undefined;
  const env = () => childEnvironment(port === undefined ? {} : { MASTER_PORT: port });
  return supervise(() => ({ role: "master", env: env(), onLog }), {
    onReady: (url) => {
      port = new URL(url).port || port;
    },
    onEnd: (how, seconds) => {
      if (port !== undefined) terminal.note(`The master ended (${how}); it starts again in ${seconds} s.`);
    },
  });
}

/** The value of the promise; undefined after an interrupt. */
async function orInterrupted<T>(promise: Promise<T>, interrupt: AbortSignal): Promise<T | undefined> {
  const settled = new AbortController();
  const asked = interrupt.aborted ? Promise.resolve() : once(interrupt, "abort", { signal: settled.signal });
  try {
    return await Promise.race([
      promise,
      asked.then(
        () => undefined,
        () => undefined,
      ),
    ]);
  } finally {
    settled.abort();
  }
}

async function localSlave(
  url: string,
  context: CliContext,
  onLog: (line: string) => void,
): Promise<Supervised> {
  const { terminal, config } = context;
  const env = childEnvironment({ MASTER_URL: url, SLAVE_PORT: String(await freePort(config.slavePort)) });
  return supervise(() => ({ role: "slave", env, onLog }), {
    onReady: (slaveUrl) => terminal.note(`slave   ${printable(slaveUrl)}`),
    onEnd: (how, seconds) => terminal.note(`The slave ended (${how}); it starts again in ${seconds} s.`),
  });
}

/** The port, or 0 (any free port) when it is in use on this machine. */
async function freePort(port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, "127.0.0.1");
    await once(probe, "listening");
    return port;
  } catch {
    return 0;
  } finally {
    probe.close();
  }
}

function introduce(url: string, { terminal }: CliContext): void {
  terminal.print(`master  ${printable(url)}`);
  terminal.print("");
  const sample = ownName() === "node cli" ? "examples/files/receipt.jpg" : "<your scans>";
  const master = url === CLI_VARIABLES.masterUrls.fallback ? "" : ` --master ${printable(url)}`;
  terminal.print(`Try:    ${ownName()} upload ocr ${sample}${master}`);
  terminal.print("Stop:   Ctrl-C");
}
