import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { type Command, Option } from "commander";
import { printable } from "../../shared/printable.ts";
import { toTypedText } from "../../shared/values/typedJson.ts";
import type { CliContext } from "../context.ts";
import { EXIT, UsageError } from "../exit.ts";
import { type AnyItemFunction, functionIn } from "../files/functionModule.ts";
import { itemsNamed } from "../files/items.ts";
import { counted } from "../output/words.ts";
import type { ConsoleLine, MapEntry, MapOptions } from "../sdk/index.ts";
import { type Connection, type ConnectionFlags, connected, withConnection } from "./connection.ts";
import { SLAVE_WAIT_SECONDS, untilReady } from "./readiness.ts";
import type { RunCommand } from "./runCommand.ts";

interface RunFlags extends ConnectionFlags {
  readonly items: string;
  readonly eval?: string;
  readonly out?: string;
  readonly args?: string;
  readonly mode?: "sandbox" | "trusted";
  readonly callSeconds?: string;
  readonly memoryMb?: string;
}

/** `run <script>` */
export function addRun(program: Command, run: RunCommand): void {
  const named = program
    .command("run")
    .description("call a function of yours with each item of a list, on the slaves")
    .argument("[script]", "a module whose default export is the function")
    .option("-e, --eval <function>", "the function itself: 'x => x ** 2'")
    .requiredOption(
      "--items <items>",
      "1..100, a file (.json list, .ndjson, .csv, else lines), or - for lines of standard input",
    )
    .option("--args <json>", "a JSON list of arguments after the item")
    .option("--out <file>", "write a line of JSON for each item: its index, and its value or error")
    .addOption(new Option("--mode <mode>", "where it runs (sandbox)").choices(["sandbox", "trusted"]))
    .option("--call-seconds <seconds>", "longest time of one call (60)")
    .option("--memory-mb <megabytes>", "most memory of the function (128)");
  withConnection(named).action((script: string | undefined, flags: RunFlags) =>
    run((context) =>
      connected(context, flags, (connection) => runOver(context, connection, { script, flags })),
    ),
  );
}

interface RunWish {
  readonly script: string | undefined;
  readonly flags: RunFlags;
}

async function runOver(
  context: CliContext,
  { client, signal }: Connection,
  { script, flags }: RunWish,
): Promise<number> {
  const { terminal } = context;
  const fn = await functionOf(script, flags);
  const items = await itemsNamed(flags.items, terminal.stdin);
  const options = optionsOf(flags);
  await untilReady({ client, signal, seconds: SLAVE_WAIT_SECONDS, needs: "slave", note: terminal.note });
  const onConsole = (line: ConsoleLine) => terminal.note(printable(`[${line.index}] ${line.text}`));
  const map = client.map(fn, items, { ...options, signal, onConsole });
  const output = await outputOf(context, flags);
  let [done, failed] = [0, 0];
  for await (const entry of inOrder(map)) {
    if (entry.error === undefined) done += 1;
    else failed += 1;
    await output.entry(entry);
  }
  await output.end();
  if (failed > 0 || flags.out !== undefined)
    terminal.note(`${counted(done + failed, "item")}, ${failed} failed`);
  return failed === 0 ? EXIT.done : EXIT.failed;
}

/** @throws UsageError */
async function functionOf(script: string | undefined, flags: RunFlags): Promise<AnyItemFunction | string> {
  if ((script === undefined) === (flags.eval === undefined))
    throw new UsageError("Give either a script or a function with -e.");
  if (flags.eval !== undefined) return flags.eval;
  return await functionIn(script ?? "");
}

function optionsOf({ args, mode, callSeconds, memoryMb }: RunFlags): MapOptions<unknown[]> {
  return {
    errors: "return",
    ...(args === undefined ? {} : { args: listOf(args) }),
    ...(mode === undefined ? {} : { mode }),
    ...(callSeconds === undefined ? {} : { timeout: Number(callSeconds) }),
    ...(memoryMb === undefined ? {} : { memoryMb: Number(memoryMb) }),
  };
}

/** @throws UsageError */
function listOf(text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Below.
  }
  throw new UsageError(`--args ${text} is no JSON list, such as '[3, "a"]'.`);
}

/** Entries in the order of the items, each as soon as those before it are there. */
async function* inOrder(entries: AsyncIterable<MapEntry<unknown>>): AsyncGenerator<MapEntry<unknown>> {
  const early = new Map<number, MapEntry<unknown>>();
  let next = 0;
  for await (const entry of entries) {
    early.set(entry.index, entry);
    for (let at = early.get(next); at !== undefined; at = early.get(next)) {
      early.delete(next);
      next += 1;
      yield at;
    }
  }
}

interface RunOutput {
  entry(entry: MapEntry<unknown>): Promise<void>;
  end(): Promise<void>;
}

async function outputOf({ terminal }: CliContext, { out, json }: RunFlags): Promise<RunOutput> {
  if (out !== undefined) return fileOutput(await openedOutput(out));
  if (json === true) return documentOutput((text) => terminal.print(text));
  return {
    entry: async ({ index, value, error }) => {
      if (error === undefined) terminal.print(toTypedText(value));
      else terminal.note(printable(`item ${index}: ${error.name}: ${error.message} (${error.code})`));
    },
    end: async () => undefined,
  };
}

function documentOutput(print: (text: string) => void): RunOutput {
  const results: string[] = [];
  return {
    entry: async (entry) => void results.push(lineOf(entry)),
    end: async () => print(`{"results":[${results.join(",")}]}`),
  };
}

async function openedOutput(path: string): Promise<WriteStream> {
  const stream = createWriteStream(path);
  await once(stream, "open");
  return stream;
}

function fileOutput(stream: WriteStream): RunOutput {
  return {
    entry: async (entry) => {
      if (!stream.write(`${lineOf(entry)}\n`)) await once(stream, "drain");
    },
    end: async () => {
      stream.end();
      await once(stream, "close");
    },
  };
}

function lineOf({ index, value, error }: MapEntry<unknown>): string {
  if (error === undefined) return `{"index":${index},"value":${toTypedText(value)}}`;
  const { code, name, message, stack = "" } = error;
  return JSON.stringify({ index, error: { code, name, message, stack } });
}
