import { once } from "node:events";
import { createServer } from "node:net";
import type { Command } from "commander";
import { AppError } from "../../shared/errors.ts";
import { type Member, startMember } from "../../shared/process/member.ts";
import { type Supervised, supervise } from "../../shared/process/supervisor.ts";
import { childEnvironment } from "../config.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { logLine } from "../output/logLine.ts";
import { printable } from "../output/printable.ts";
import type { RunCommand } from "./runCommand.ts";

/** Time for a process to drain; longer than the default of DRAIN_SECONDS. */
const GRACE_MS = 40_000;

/** `start` */
export function addStart(program: Command, run: RunCommand): void {
  program
    .command("start")
    .description("keep a master and one slave of this machine running until Ctrl-C")
    .action(() => run(start));
}

async function start(context: CliContext): Promise<number> {
  const { terminal, interrupt } = context;
  const onLog = (line: string) => terminal.note(logLine(line, terminal));
  const master = startMember({ role: "master", env: childEnvironment({}), onLog });
  const url = await orInterrupted(master.ready, interrupt, () => master.stop(GRACE_MS));
  if (url === undefined) return EXIT.done;
  const slave = await localSlave(url, context, onLog);
  introduce(url, context);
  const how = await orInterrupted(master.exited, interrupt, async () => stopAll(master, slave, context));
  if (how === undefined) return EXIT.done;
  await slave.stop(GRACE_MS);
  throw new AppError("master_ended", `The master ended by itself (${how}).`);
}

/** The value of the promise; undefined after an interrupt, once `stop` has resolved. */
async function orInterrupted<T>(
  promise: Promise<T>,
  interrupt: AbortSignal,
  stop: () => Promise<void>,
): Promise<T | undefined> {
  const stopped = new AbortController();
  const asked = interrupt.aborted ? Promise.resolve() : once(interrupt, "abort", { signal: stopped.signal });
  const first = await Promise.race([
    promise.then((value) => ({ value })),
    asked.then(
      () => undefined,
      () => undefined,
    ),
  ]);
  stopped.abort();
  if (first === undefined) await stop();
  return first?.value;
}

async function localSlave(
  url: string,
  context: CliContext,
  onLog: (line: string) => void,
): Promise<Supervised> {
  const { terminal, config } = context;
  const env = childEnvironment({ MASTER_URL: url, SLAVE_PORT: String(await freePort(config.slavePort)) });
  return supervise(
    { role: "slave", env, onLog },
    {
      onReady: (slaveUrl) => terminal.note(`slave   ${printable(slaveUrl)}`),
      onEnd: (how, seconds) => terminal.note(`The slave ended (${how}); it starts again in ${seconds} s.`),
    },
  );
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
  terminal.print("Try:    node cli upload ocr examples/files/receipt.jpg");
  terminal.print("Stop:   Ctrl-C");
}

/** The master stops first, because its last leases still need the slave. */
async function stopAll(master: Member, slave: Supervised, { terminal }: CliContext): Promise<void> {
  terminal.note("Stopping…");
  await master.stop(GRACE_MS);
  await slave.stop(GRACE_MS);
}
