#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { CommanderError } from "commander";
import { type CliConfig, loadEnvironment, readCliConfig } from "./config.ts";
import type { CliContext } from "./context.ts";
import { EXIT, exitCodeOf, Interrupted } from "./exit.ts";
import { describeError } from "./output/errors.ts";
import { formatIn } from "./output/format.ts";
import { openTerminal, type Terminal } from "./output/terminal.ts";
import { buildProgram } from "./program.ts";

/** Loads, runs one command, ends with its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const terminal = openTerminal(process);
  try {
    const envFile = loadEnvironment();
    let code: number = EXIT.done;
    const program = await buildProgram(args, async (work) => {
      code = await work(contextOf(terminal, envFile));
    });
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Commander has printed its own errors.
    if (!(error instanceof CommanderError)) describeError(error, terminal, formatIn(args));
    return exitCodeOf(error);
  }
}

function contextOf(terminal: Terminal, envFile: ReadonlySet<string>): CliContext {
  let config: CliConfig | undefined;
  return {
    terminal,
    envFile,
    interrupt: interruptSignal(),
    get config() {
      config ??= readCliConfig();
      return config;
    },
  };
}

/** The first signal aborts the running command; the second ends the process at once. */
function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  // Each transfer adds a listener.
  setMaxListeners(0, interrupt.signal);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(exitCodeOf(interrupt.signal.reason));
      interrupt.abort(new Interrupted(name));
    });
  }
  return interrupt.signal;
}

// A closed pipe (`| head`) is no error. A terminal that is closed sends SIGHUP, which ends the command in order.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code !== "EIO") process.exit(code === "EPIPE" ? EXIT.done : EXIT.failed);
  });

main(process.argv.slice(2)).then(
  // The write flushes lines that a pipe still holds; an open standard input would keep the process alive.
  (code) => process.stdout.write("", () => process.exit(code)),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(EXIT.failed);
  },
);
