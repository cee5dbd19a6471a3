import { setMaxListeners } from "node:events";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "../context.ts";
import { TimedOut } from "../exit.ts";
import { PRINT_FORMATS, type PrintFormat } from "../output/format.ts";
import { ManyhandsClient } from "../sdk/index.ts";

/** Options of every command that calls a master. */
export interface ConnectionFlags {
  readonly master?: string;
  readonly token?: string;
  /** Seconds for the whole command. */
  readonly timeout?: number;
  readonly json?: boolean;
  /** Only of commands `withOutput`. */
  readonly output?: PrintFormat;
}

export interface Connection {
  readonly client: ManyhandsClient;
  /** Aborted by signals and by the time-out. */
  readonly signal: AbortSignal;
  /** Clears the timer of the time-out. */
  close(): void;
}

export function withConnection(command: Command): Command {
  return command
    .option(
      "--master <url>",
      "the master: host:port, http://… or https://… (MASTER_URL, else http://127.0.0.1:5000)",
    )
    .option("--token <token>", "the client token (CLIENT_TOKEN, else MANYHANDS_TOKEN)")
    .addOption(
      new Option("--timeout <seconds>", "give up after this time, with exit code 4").argParser(positive),
    )
    .option("--json", "print one JSON document on standard output and nothing else");
}

/** The options of a command that calls a master and shows its answer in one of several formats. */
export function withOutput(command: Command): Command {
  return withConnection(command).addOption(outputOption());
}

export function outputOption(): Option {
  return new Option("--output <format>", "how the answer is printed (--json: as --output json)").choices(
    PRINT_FORMATS,
  );
}

/** Runs a command's work with a client and a signal that Ctrl-C and `--timeout` abort. */
export async function connected<T>(
  context: CliContext,
  flags: ConnectionFlags,
  work: (connection: Omit<Connection, "close">) => Promise<T>,
): Promise<T> {
  const connection = connect(context, flags);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

function connect({ config, interrupt }: CliContext, flags: ConnectionFlags): Connection {
  const url = flags.master ?? config.masterUrl;
  const client = new ManyhandsClient({ url, token: flags.token ?? config.token, ca: config.ca });
  const { timeout } = flags;
  if (timeout === undefined) return { client, signal: interrupt, close: () => undefined };
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new TimedOut(timeout)), timeout * 1000);
  const signal = AbortSignal.any([interrupt, late.signal]);
  setMaxListeners(0, signal);
  return { client, signal, close: () => clearTimeout(timer) };
}

/** Seconds within the range of a Node timer: up to 24 days. */
function positive(raw: string): number {
  const value = Number(raw);
  if (value > 0 && value < 2_000_000) return value;
  throw new InvalidArgumentError("A number of seconds above 0 is needed.");
}
