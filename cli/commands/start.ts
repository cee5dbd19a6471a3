import { once } from "node:events";
import { createServer } from "node:net";
import { availableParallelism, hostname } from "node:os";
import { type Command, InvalidArgumentError, Option } from "commander";
import { createLogger, logWriter } from "../../shared/logger.ts";
import { printable } from "../../shared/printable.ts";
import { type Supervised, supervise } from "../../shared/process/supervisor.ts";
import { CLI_VARIABLES, childEnvironment, environment } from "../config.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { ownName } from "../output/ownName.ts";
import type { RunCommand } from "./runCommand.ts";

interface UpFlags {
  readonly slaves: number;
}

/** `up` */
export function addUp(program: Command, run: RunCommand): void {
  addFleet(program, run, {
    name: "up",
    description: "keep a master and slaves of this machine running until Ctrl-C or SIGTERM",
  });
}

/** `start` */
export function addStart(program: Command, run: RunCommand): void {
  addFleet(program, run, { name: "start", description: "as: up" });
}

function addFleet(
  program: Command,
  run: RunCommand,
  { name, description }: { readonly name: string; readonly description: string },
): void {
  program
    .command(name)
    .description(description)
    .addOption(new Option("--slaves <count>", "number of slaves").argParser(slaveCount).default(1))
    .action(({ slaves }: UpFlags) => run((context) => up(slaves, context)));
}

function slaveCount(raw: string): number {
  const value = Number(raw);
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError("A whole number from 1 to 64 is needed.");
}

/** What the processes of this command say: lines of their logs, and remarks about them. */
interface Voice {
  readonly onLog: (line: string) => void;
  readonly note: (text: string) => void;
}

/** All lines are for people, or all are JSON: a log with both is of use to neither. */
function voiceOf({ terminal, config: { logFormat, logLevel } }: CliContext): Voice {
  const format = logFormat === "auto" ? "pretty" : logFormat;
  const logger = createLogger("up", logLevel, format);
  const note = format === "json" ? (text: string) => logger.info(text) : terminal.note;
  return { onLog: logWriter(logLevel, format), note };
}

async function up(count: number, context: CliContext): Promise<number> {
  const { interrupt } = context;
  const voice = voiceOf(context);
  const master = localMaster(voice);
  const url = await orInterrupted(master.ready, interrupt).catch(async (error: unknown) => {
    await master.stop(AbortSignal.abort());
    throw error;
  });
  if (url === undefined) {
    await master.stop(grace());
    return EXIT.done;
  }
  const port = await freePort(context.config.slavePort);
  const slaves = slaveEnvironments(count, { url, port }).map((env) => localSlave(env, voice));
  introduce(url, context);
  await orInterrupted(new Promise<never>(() => undefined), interrupt);
  voice.note("Stopping…");
  // The master stops first, because its last leases still need the slaves.
  await master.stop(grace());
  await Promise.all(slaves.map((slave) => slave.stop(grace())));
  return EXIT.done;
}

/** Time for a process to drain; longer than the default of DRAIN_SECONDS. */
const grace = () => AbortSignal.timeout(40_000);

/** A master that ends by itself is started again on the port that it had. */
function localMaster({ onLog, note }: Voice): Supervised {
  let port: string | undefined;
  const env = () => childEnvironment(port === undefined ? {} : { MASTER_PORT: port });
  return supervise(() => ({ role: "master", env: env(), onLog }), {
    onReady: (url) => {
      port = new URL(url).port || port;
    },
    onEnd: (how, seconds) => {
      if (port !== undefined) note(`The master ended (${how}); it starts again in ${seconds} s.`);
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

/** The first slave gets the port, the others free ones. Several share the cores, and have names of their own. */
function slaveEnvironments(
  count: number,
  { url, port }: { readonly url: string; readonly port: number },
): NodeJS.ProcessEnv[] {
  const { SLAVE_NAME = "", SLAVE_SLOTS = "" } = environment();
  const slots = SLAVE_SLOTS.trim() || String(Math.max(1, Math.floor(availableParallelism() / count)));
  return Array.from({ length: count }, (_, index) => {
    const own = { MASTER_URL: url, SLAVE_PORT: String(index === 0 ? port : 0) };
    if (count === 1) return childEnvironment(own);
    const name = `${SLAVE_NAME.trim() || hostname()}-${index + 1}`;
    return childEnvironment({ ...own, SLAVE_SLOTS: slots, SLAVE_NAME: name });
  });
}

function localSlave(env: NodeJS.ProcessEnv, { onLog, note }: Voice): Supervised {
  return supervise(() => ({ role: "slave", env, onLog }), {
    onReady: (url) => note(`slave   ${printable(url)}`),
    onEnd: (how, seconds) => note(`The slave ended (${how}); it starts again in ${seconds} s.`),
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
