import { type Command, InvalidArgumentError, Option } from "commander";
import { JOB_STATES, type JobState } from "../../shared/contract/jobs.ts";
import { UsageError } from "../exit.ts";
import { type Connection, type ConnectionFlags, withConnection } from "./connection.ts";
import { jobLines, jobsLines, slavesLines, taskLines, tasksLines } from "./listLines.ts";
import type { RunCommand } from "./runCommand.ts";
import { show, shown } from "./show.ts";

interface JobsFlags extends ConnectionFlags {
  readonly state?: JobState;
  readonly task?: string;
  readonly limit?: number;
}

/** `jobs [id]` */
export function addJobs(program: Command, run: RunCommand): void {
  const command = program
    .command("jobs")
    .description("list jobs, newest first; with an id: one job with its files")
    .argument("[id]")
    .addOption(new Option("--state <state>", "only jobs in this state").choices(JOB_STATES))
    .option("--task <task>", "only jobs of this task")
    .addOption(new Option("--limit <count>", "at most this many, 1 to 500").argParser(upTo500));
  withConnection(command).action((id: string | undefined, flags: JobsFlags) =>
    show(run, flags, async ({ client, signal }) => {
      if (id !== undefined)
        return shown(await client.job(id, { signal }), (job, terminal) =>
          jobLines(job, terminal, client.url),
        );
      const { state, task, limit } = flags;
      return shown(await client.jobs({ state, task, limit, signal }), ({ jobs }, terminal) =>
        jobsLines(jobs, terminal),
      );
    }),
  );
}

interface SlavesFlags extends ConnectionFlags {
  readonly add?: number;
  readonly remove?: string;
}

/** `slaves` */
export function addSlaves(program: Command, run: RunCommand): void {
  const command = program
    .command("slaves")
    .description("list the registered slaves")
    .addOption(
      new Option("--add <count>", "start this number of slaves on the master's machine").argParser(upTo500),
    )
    .option("--remove <id>", "let this slave (id or name) finish its units and end");
  withConnection(command).action((flags: SlavesFlags) =>
    show(run, flags, async ({ client, signal }) => {
      const { add, remove } = flags;
      if (add !== undefined) await client.addSlaves(add, { signal });
      if (remove !== undefined) await client.removeSlave(await slaveId(client, remove, signal), { signal });
      return shown({ slaves: await client.slaves({ signal }) }, ({ slaves }, terminal) =>
        slavesLines(slaves, terminal),
      );
    }),
  );
}

/** The id of a slave given by id or name; tables show names, `--json` shows ids. */
async function slaveId(client: Connection["client"], wanted: string, signal: AbortSignal): Promise<string> {
  const named = (await client.slaves({ signal })).filter(({ name }) => name === wanted);
  const [one] = named;
  return named.length === 1 && one !== undefined ? one.id : wanted;
}

/** `tasks [name]` */
export function addTasks(program: Command, run: RunCommand): void {
  const command = program
    .command("tasks")
    .description("list the tasks; with a name: one task with its options")
    .argument("[name]");
  withConnection(command).action((name: string | undefined, flags: ConnectionFlags) =>
    show(run, flags, async ({ client, signal }) => {
      const tasks = await client.tasks({ signal });
      if (name === undefined) return shown({ tasks }, (_, terminal) => tasksLines(tasks, terminal));
      const task = tasks.find((known) => known.task_type === name);
      if (task !== undefined) return shown(task, taskLines);
      throw new UsageError(`There is no task ${name}.`, {
        valid_values: tasks.map((known) => known.task_type),
      });
    }),
  );
}

function upTo500(raw: string): number {
  const value = Number(raw);
  if (Number.isInteger(value) && value >= 1 && value <= 500) return value;
  throw new InvalidArgumentError("A whole number from 1 to 500 is needed.");
}
