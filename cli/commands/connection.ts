import { setMaxListeners } from "node:events";
import { type Command, InvalidArgumentError, Option } from "commander";
import { printable } from "../../shared/printable.ts";
import type { CliContext } from "../context.ts";
import { TimedOut } from "../exit.ts";
import { PRINT_FORMATS, type PrintFormat } from "../output/format.ts";
import { type Profile, profileNamed, readProfiles } from "../profiles/profiles.ts";
import { FleetClient } from "../sdk/index.ts";
import { nodeFetch } from "../sdk/node.ts";

/** Options of every command that calls a master. */
export interface ConnectionFlags {
  readonly master?: string;
  readonly token?: string;
  /** Name of a profile. */
  readonly profile?: string;
  /** Seconds for the whole command. */
  readonly timeout?: number;
  readonly json?: boolean;
  /** Only of commands `withOutput`. */
  readonly output?: PrintFormat;
  /** Seconds. */
  readonly waitForMaster?: number;
}

/** How long a command waits for a master that answered and went away, unless `--wait-for-master` says another time. */
export const MASTER_WAIT_SECONDS = 300;

export interface Connection {
  readonly client: FleetClient;
  /** Aborted by signals and by the time-out. */
  readonly signal: AbortSignal;
}

export function withConnection(command: Command): Command {
  return command
    .option(
      "--master <url>",
      "the master: host:port, http://… or https://… (MASTER_URL, else http://127.0.0.1:5000)",
    )
    .option("--profile <name>", "a master that is kept under this name: see manyhands profile")
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

/** A master, and what a client needs to talk to it. */
export interface MasterTarget {
  readonly url: string;
  readonly token: string | undefined;
  /** Certificates (PEM) of authorities to trust. */
  readonly ca: Buffer | undefined;
}

/**
 * The master that the flags name, else the environment, else the profile in use. A profile that `--profile` names comes
 * before the environment.
 */
export async function targetOf({ config }: CliContext, flags: ConnectionFlags): Promise<MasterTarget> {
  const named = flags.profile === undefined ? undefined : await profileOf(config, flags.profile);
  const isSet = flags.master !== undefined || config.isMasterSet;
  const used = named === undefined && !isSet ? await profileOf(config) : undefined;
  return {
    url: flags.master ?? named?.master ?? used?.master ?? config.masterUrl,
    token: flags.token ?? named?.token ?? config.token ?? used?.token,
    ca: config.ca,
  };
}

/** The profile of this name, or the one in use. @throws UsageError */
async function profileOf(
  { profilesFile }: CliContext["config"],
  name?: string,
): Promise<Profile | undefined> {
  const file = await readProfiles(profilesFile);
  const wanted = name ?? file.current;
  return wanted === undefined ? undefined : profileNamed(file, wanted);
}

/** Runs a command's work with a client and a signal that Ctrl-C and `--timeout` abort. */
export async function connected<T>(
  context: CliContext,
  flags: ConnectionFlags,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { url, token, ca } = await targetOf(context, flags);
  const client = new FleetClient({
    ...{ master: url, token, fetch: nodeFetch({ ca }) },
    retrySeconds: flags.waitForMaster ?? MASTER_WAIT_SECONDS,
    onOutage: outageNotes(context),
  });
  return await timeLimited(context, flags, (signal) => work({ client, signal }));
}

/** Runs work with a signal that Ctrl-C and `--timeout` abort. */
export async function timeLimited<T>(
  { interrupt }: CliContext,
  { timeout }: ConnectionFlags,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeout === undefined) return await work(interrupt);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new TimedOut(timeout)), timeout * 1000);
  const signal = AbortSignal.any([interrupt, late.signal]);
  setMaxListeners(0, signal);
  try {
    return await work(signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Downloads that break together are one outage. */
const ONE_OUTAGE_MS = 5_000;

/** Notes `The connection to the master … is lost (…). Trying again.` */
function outageNotes({ terminal }: CliContext): (error: unknown) => void {
  let noted = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - noted < ONE_OUTAGE_MS) return;
    noted = performance.now();
    const reason = error instanceof Error ? error.message : "The connection to the master is lost.";
    terminal.note(printable(`${reason} Trying again.`));
  };
}

/** Seconds within the range of a Node timer: up to 24 days. */
function positive(raw: string): number {
  const value = Number(raw);
  if (value > 0 && value < 2_000_000) return value;
  throw new InvalidArgumentError("A number of seconds above 0 is needed.");
}
