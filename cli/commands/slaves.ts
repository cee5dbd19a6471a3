import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { SlaveView } from "../sdk/index.ts";
import { type Connection, type ConnectionFlags, withOutput } from "./connection.ts";
import { SLAVE_FIELDS } from "./fields.ts";
import { slavesLines } from "./listLines.ts";
import type { RunCommand } from "./runCommand.ts";
import { type Shown, show } from "./show.ts";

type Calls = Connection;

interface StartFlags extends ConnectionFlags {
  readonly slots?: number;
}

interface SlavesFlags extends ConnectionFlags {
  readonly add?: number;
  readonly remove?: string;
}

/** `slaves`: without a word as `slaves list`; `--add` and `--remove` are `start` and `drain` */
export function addSlaves(program: Command, run: RunCommand): void {
  const command = program
    .command("slaves")
    .description("list the registered slaves")
    .addOption(new Option("--add <count>", "as: slaves start <count>").argParser(fewOf))
    .option("--remove <id>", "as: slaves drain <id>");
  withOutput(command).action(({ add, remove, ...flags }: SlavesFlags) =>
    show(run, flags, async (calls) => {
      if (add !== undefined) await start(add, undefined, calls);
      if (remove !== undefined) await drain([remove], calls);
      return await listed(calls);
    }),
  );
  for (const addOne of [addList, addStart]) addOne(command, run);
  for (const end of [DRAIN, STOP]) addEnd(end, command, run);
}

function addList(slaves: Command, run: RunCommand): void {
  const command = slaves.command("list").description("list the registered slaves");
  withOutput(command).action((flags: ConnectionFlags) => show(run, flags, listed));
}

function addStart(slaves: Command, run: RunCommand): void {
  const command = slaves
    .command("start")
    .description("start slaves on the master's machine; they come back with their master")
    .argument("[count]", "number of slaves", fewOf, 1)
    .addOption(
      new Option("--slots <count>", "files that each works on at a time, 1 without this").argParser(fewOf),
    );
  withOutput(command).action((count: number, { slots, ...flags }: StartFlags) =>
    show(run, flags, async (calls) => {
      await start(count, slots, calls);
      return await listed(calls);
    }),
  );
}

const DRAIN: SlavesEnd = {
  name: "drain",
  description: "let slaves finish the units that they have, and end; do not wait for that",
  end: async (wanted, calls) => void (await drain(wanted, calls)),
};

const STOP: SlavesEnd = {
  name: "stop",
  description: "let slaves finish the units that they have, and wait until they have ended",
  end: async (wanted, calls) => await untilEnded(await drain(wanted, calls), calls),
};

/** A command that ends slaves. */
interface SlavesEnd {
  readonly name: string;
  readonly description: string;
  readonly end: (wanted: readonly string[], calls: Calls) => Promise<void>;
}

function addEnd({ name, description, end }: SlavesEnd, slaves: Command, run: RunCommand): void {
  const command = slaves.command(name).description(description).argument("<slaves...>", "ids or names");
  withOutput(command).action((wanted: string[], flags: ConnectionFlags) =>
    show(run, flags, async (calls) => {
      await end(wanted, calls);
      return await listed(calls);
    }),
  );
}

async function start(count: number, slots: number | undefined, { client, signal }: Calls): Promise<void> {
  await client.slaves.add(count, { slots, signal });
}

/** @returns the ids of the slaves. All names are known before the first slave is drained. */
async function drain(wanted: readonly string[], { client, signal }: Calls): Promise<readonly string[]> {
  const slaves = await client.slaves.list({ signal });
  const ids = wanted.map((one) => slaveId(slaves, one));
  for (const id of ids) await client.slaves.remove(id, { signal });
  return ids;
}

/** The id of a slave given by id or name; tables show names, `--output json` shows ids. */
function slaveId(slaves: readonly SlaveView[], wanted: string): string {
  const named = slaves.filter(({ name }) => name === wanted);
  const [one] = named;
  return named.length === 1 && one !== undefined ? one.id : wanted;
}

const PAUSE_MS = 250;

async function untilEnded(ids: readonly string[], { client, signal }: Calls): Promise<void> {
  for (;;) {
    const left = (await client.slaves.list({ signal })).filter(
      ({ id, state }) => ids.includes(id) && state !== "gone",
    );
    if (left.length === 0) return;
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function listed({ client, signal }: Calls): Promise<Shown> {
  const slaves = await client.slaves.list({ signal });
  return {
    document: { slaves },
    rows: slaves,
    fields: SLAVE_FIELDS,
    lines: (terminal) => slavesLines(slaves, terminal),
  };
}

function fewOf(raw: string): number {
  const value = Number(raw);
  if (Number.isInteger(value) && value >= 1 && value <= 1024) return value;
  throw new InvalidArgumentError("A whole number from 1 to 1024 is needed.");
}
