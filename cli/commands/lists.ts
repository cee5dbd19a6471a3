import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type FileView,
  JOB_STATES,
  type JobDetail,
  type JobState,
  type JobView,
} from "../../shared/contract/jobs.ts";
import { UsageError } from "../exit.ts";
import { printable, printableJson } from "../output/printable.ts";
import { type Column, tableLines } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { bytesInWords, counted, secondsInWords, timeInWords } from "../output/words.ts";
import type { SlaveView, TaskView } from "../sdk/index.ts";
import { type Connection, type ConnectionFlags, connected, withConnection } from "./connection.ts";
import type { RunCommand } from "./runCommand.ts";
import { alternatives, type OptionSchema, optionSchemas } from "./taskOptions.ts";

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
      if (id !== undefined) return shown(await client.job(id, { signal }), jobLines);
      const { state, task, limit } = flags;
      return shown(await client.jobs({ state, task, limit, signal }), ({ jobs }, terminal) =>
        jobs.length === 0 ? ["No jobs yet."] : tableLines(JOB_COLUMNS, jobs, terminal.width),
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
        slaves.length === 0
          ? ["No slaves. Start one with: npm run slave"]
          : tableLines(SLAVE_COLUMNS, slaves, terminal.width),
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
      if (name === undefined)
        return shown({ tasks }, (_, terminal) => tableLines(TASK_COLUMNS, tasks, terminal.width));
      const task = tasks.find((known) => known.task_type === name);
      if (task !== undefined) return shown(task, taskLines);
      throw new UsageError(`There is no task ${name}.`, {
        valid_values: tasks.map((known) => known.task_type),
      });
    }),
  );
}

/** An answer of the master and its lines for a terminal. */
interface Shown {
  readonly document: unknown;
  readonly lines: (terminal: Terminal) => readonly string[];
}

function shown<T>(document: T, lines: (document: T, terminal: Terminal) => readonly string[]): Shown {
  return { document, lines: (terminal) => lines(document, terminal) };
}

async function show(
  run: RunCommand,
  flags: ConnectionFlags,
  ask: (connection: Omit<Connection, "close">) => Promise<Shown>,
): Promise<void> {
  await run(async (context) => {
    const { terminal } = context;
    const { document, lines } = await connected(context, flags, ask);
    if (flags.json === true) terminal.print(printableJson(document, 2));
    else for (const line of lines(terminal)) terminal.print(line);
    return 0;
  });
}

const JOB_COLUMNS: readonly Column<JobView>[] = [
  { title: "JOB", value: (job) => job.id },
  { title: "TASK", value: (job) => job.task_type },
  { title: "STATE", value: (job) => job.state },
  { title: "DONE", value: ({ counts }) => `${counts.done}/${counts.total}` },
  { title: "FAILED", value: ({ counts }) => counts.failed },
  { title: "CREATED", value: (job) => timeInWords(job.created_at) },
  { title: "NOTE", value: (job) => job.error },
];

const FILE_COLUMNS: readonly Column<FileView>[] = [
  { title: "STATE", value: (file) => file.state },
  { title: "FILE", value: (file) => file.filename },
  { title: "RESULT", value: (file) => file.saved_as ?? "-" },
  { title: "SUMMARY", value: (file) => file.summary ?? [file.code, file.error].filter(Boolean).join(": ") },
];

const SLAVE_COLUMNS: readonly Column<SlaveView>[] = [
  { title: "SLAVE", value: (slave) => slave.name },
  { title: "ADDRESS", value: (slave) => slave.address },
  { title: "STATE", value: (slave) => slave.state },
  { title: "BUSY", value: (slave) => `${slave.busy}/${slave.slots}` },
  { title: "DONE", value: (slave) => slave.done },
  { title: "FAILED", value: (slave) => slave.failed },
  { title: "MEMORY", value: ({ memory }) => (typeof memory === "number" ? bytesInWords(memory) : "") },
  { title: "VERSION", value: (slave) => (slave.classic ? "classic" : slave.version) },
  { title: "TASKS", value: (slave) => slave.tasks.join(" ") },
];

const TASK_COLUMNS: readonly Column<TaskView>[] = [
  { title: "TASK", value: (task) => task.task_type },
  { title: "FIELD", value: (task) => task.field },
  { title: "SAVED AS", value: (task) => task.result },
  { title: "WHAT IT DOES", value: (task) => task.summary },
];

const OPTION_COLUMNS: readonly Column<[string, OptionSchema]>[] = [
  { title: "OPTION", value: ([name]) => name },
  {
    title: "DEFAULT",
    value: ([, schema]) => (schema.default === undefined ? "-" : JSON.stringify(schema.default)),
  },
  { title: "VALUES", value: ([, schema]) => valuesOf(schema) },
  { title: "MEANING", value: ([, schema]) => schema.description },
];

function jobLines(job: JobDetail, terminal: Terminal): readonly string[] {
  const { counts } = job;
  const begin = Date.parse(job.started_at ?? "");
  const end = Date.parse(job.ended_at ?? "");
  const time = Number.isNaN(end - begin) ? "" : ` in ${secondsInWords((end - begin) / 1000)}`;
  return [
    `job ${printable(job.id)}  ${job.task_type}  ${job.state}${time}`,
    `${counts.done} of ${counted(counts.total, "file")} done, ${counts.failed} failed`,
    ...(job.error === undefined ? [] : [printable(job.error)]),
    ...tableLines(FILE_COLUMNS, job.files, terminal.width),
  ].map((line, index) => (index === 0 ? terminal.paint("bold", printable(line)) : line));
}

function taskLines(task: TaskView, terminal: Terminal): readonly string[] {
  const options = Object.entries(optionSchemas(task.options));
  return [
    terminal.paint("bold", printable(`${task.task_type}: ${task.title}`)),
    printable(task.summary),
    printable(`field ${task.field}, saved as ${task.result}, from folders ${task.extensions.join(" ")}`),
    ...(options.length === 0 ? ["no options"] : tableLines(OPTION_COLUMNS, options, terminal.width)),
  ];
}

/** `true, false`, `integer 1..100`, `a, b, c`, `string or null`. */
function valuesOf(schema: OptionSchema): string {
  return alternatives(schema).map(valuesOfOne).join(" or ");
}

function valuesOfOne({ enum: values, type, minimum, maximum }: OptionSchema): string {
  if (Array.isArray(values)) return values.join(", ");
  if (type === "boolean") return "true, false";
  const bounded = typeof minimum === "number" || typeof maximum === "number";
  return `${typeof type === "string" ? type : "JSON"}${bounded ? ` ${minimum ?? ""}..${maximum ?? ""}` : ""}`;
}

function upTo500(raw: string): number {
  const value = Number(raw);
  if (Number.isInteger(value) && value >= 1 && value <= 500) return value;
  throw new InvalidArgumentError("A whole number from 1 to 500 is needed.");
}
