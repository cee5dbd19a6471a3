import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit.ts";
import { canAsk } from "../output/confirm.ts";
import { frameLines } from "../top/frame.ts";
import { LiveTop } from "../top/live.ts";
import { ScreenState } from "../top/state.ts";
import { type Connection, type ConnectionFlags, connected, withOutput } from "./connection.ts";
import { JOB_FIELDS } from "./fields.ts";
import type { RunCommand } from "./runCommand.ts";
import { formatOf, printShown } from "./show.ts";

/** `top` */
export function addTop(program: Command, run: RunCommand): void {
  const command = program
    .command("top")
    .description("show slots, slaves and running jobs as they change; without a terminal: once");
  withOutput(command).action((flags: ConnectionFlags) =>
    run((context) => {
      const { screen } = context.terminal;
      const isLive = screen !== undefined && canAsk(context.terminal) && formatOf(flags) === "table";
      return isLive ? live(context, flags, screen) : once(context, flags);
    }),
  );
}

async function live(
  context: CliContext,
  flags: ConnectionFlags,
  screen: NodeJS.WriteStream,
): Promise<number> {
  const { stdin, paint } = context.terminal;
  const quit = new AbortController();
  let top: LiveTop | undefined;
  const note = (line: string) => top?.say(line);
  // What the connection has to say would break the picture.
  const quiet: CliContext = { ...context, terminal: { ...context.terminal, note } };
  return await connected(quiet, flags, async ({ client, signal }) => {
    const cancel = (job: string) => client.jobs.one(job).cancel({ signal });
    const onQuit = () => quit.abort();
    top = new LiveTop({ streams: { stdin, screen }, master: client.url, paint, cancel, onQuit });
    try {
      const events = client.events({ signal: AbortSignal.any([signal, quit.signal]) });
      for await (const event of events) top.apply(event);
    } catch (error) {
      if (!quit.signal.aborted) throw error;
    } finally {
      top.close();
    }
    signal.throwIfAborted();
    return EXIT.done;
  });
}

async function once(context: CliContext, flags: ConnectionFlags): Promise<number> {
  const { terminal } = context;
  const fleet = new ScreenState();
  const master = await connected(context, flags, (connection) => firstState(fleet, connection));
  const { slaves, jobs, capacity } = fleet;
  return printShown(
    {
      document: { slaves, jobs, capacity },
      rows: jobs,
      fields: JOB_FIELDS,
      lines: () => frameLines({ master, fleet }, { columns: terminal.width, rows: undefined }, terminal),
    },
    { format: formatOf(flags), terminal },
  );
}

/** Reads what the master tells first. @returns the URL of the master */
async function firstState(fleet: ScreenState, { client, signal }: Connection): Promise<string> {
  for await (const event of client.events({ signal })) {
    if (event.type === "ready") break;
    fleet.apply(event);
  }
  return client.url;
}
