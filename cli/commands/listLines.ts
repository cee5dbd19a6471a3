import type { FileView, JobDetail, JobView } from "../../shared/contract/jobs.ts";
import { printable } from "../../shared/printable.ts";
import { resultPlace } from "../files/resultPlace.ts";
import { startCommand } from "../output/ownName.ts";
import { type Column, tableLines } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { warningLines } from "../output/warnings.ts";
import { bytesInWords, counted, secondsInWords, timeInWords } from "../output/words.ts";
import type { SlaveView, TaskView } from "../sdk/index.ts";
import { alternatives, type OptionSchema, optionSchemas } from "./optionSchema.ts";

export function jobsLines(jobs: readonly JobView[], terminal: Terminal): readonly string[] {
  return jobs.length === 0 ? ["No jobs yet."] : tableLines(JOB_COLUMNS, jobs, terminal.width);
}

export function slavesLines(slaves: readonly SlaveView[], terminal: Terminal): readonly string[] {
  if (slaves.length === 0) return [`No slaves. Start one with: ${startCommand("slave")}`];
  return tableLines(SLAVE_COLUMNS, slaves, terminal.width);
}

export function tasksLines(tasks: readonly TaskView[], terminal: Terminal): readonly string[] {
  return tableLines(TASK_COLUMNS, tasks, terminal.width);
}

/** One job: a head of some lines, then the table of its files. */
export function jobLines(job: JobDetail, terminal: Terminal, master: string): readonly string[] {
  return [...jobHead(job, terminal), ...tableLines(fileColumns(master), job.files, terminal.width)];
}

/** State, counts, errors and warnings of a job. */
export function jobHead(job: JobView, terminal: Terminal): readonly string[] {
  const { counts } = job;
  const begin = Date.parse(job.started_at ?? "");
  const end = Date.parse(job.ended_at ?? "");
  const time = Number.isNaN(end - begin) ? "" : ` in ${secondsInWords((end - begin) / 1000)}`;
  return [
    `job ${job.id}  ${job.task_type}  ${job.state}${time}${job.name === undefined ? "" : `  ${job.name}`}`,
    `${counts.done} of ${counted(counts.total, "file")} done, ${counts.failed} failed`,
    ...(job.error === undefined ? [] : [printable(job.error)]),
    ...(job.why === undefined ? [] : [printable(job.why.text)]),
    ...warningLines(job.warnings, counts.total),
  ].map((line, index) => (index === 0 ? terminal.paint("bold", printable(line)) : line));
}

/** `running  450 of 1000 files, 3 failed, 12 files/s, 45 s left` */
export function progressOf({ state, counts, files_per_second: speed, eta_seconds: left }: JobView): string {
  const ended = counts.done + counts.failed + counts.cancelled;
  const parts = [
    `${ended} of ${counted(counts.total, "file")}`,
    counts.failed > 0 ? `${counts.failed} failed` : "",
    speed === undefined ? "" : `${speed < 10 ? speed.toFixed(1) : Math.round(speed)} files/s`,
    left === undefined ? "" : `${secondsInWords(left)} left`,
  ];
  return `${state}  ${parts.filter(Boolean).join(", ")}`;
}

/** One task: a head of three lines, then the table of its options. */
export function taskLines(task: TaskView, terminal: Terminal): readonly string[] {
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

const JOB_COLUMNS: readonly Column<JobView>[] = [
  { title: "JOB", value: (job) => job.id, keep: "whole" },
  { title: "TASK", value: (job) => job.task_type },
  { title: "NAME", value: (job) => job.name },
  { title: "STATE", value: (job) => job.state },
  { title: "DONE", value: ({ counts }) => `${counts.done}/${counts.total}` },
  { title: "FAILED", value: ({ counts }) => counts.failed },
  { title: "CREATED", value: (job) => timeInWords(job.created_at) },
  { title: "NOTE", value: (job) => job.error },
];

function fileColumns(master: string): readonly Column<FileView>[] {
  return [
    { title: "STATE", value: (file) => file.state },
    { title: "FILE", value: (file) => file.path ?? file.filename, keep: "end" },
    { title: "RESULT", value: (file) => resultPlace(file, master), keep: "end" },
    { title: "SUMMARY", value: (file) => file.summary ?? [file.code, file.error].filter(Boolean).join(": ") },
  ];
}

const SLAVE_COLUMNS: readonly Column<SlaveView>[] = [
  { title: "SLAVE", value: (slave) => slave.name, keep: "whole" },
  { title: "ADDRESS", value: (slave) => slave.address, keep: "whole" },
  { title: "CONNECT", value: (slave) => slave.connect ?? "direct" },
  { title: "STATE", value: (slave) => slave.state },
  { title: "BUSY", value: (slave) => `${slave.busy}/${slave.slots}` },
  { title: "WAITING", value: (slave) => slave.waiting },
  { title: "DONE", value: (slave) => slave.done },
  { title: "UNFINISHED", value: (slave) => slave.failed },
  { title: "MEMORY", value: ({ memory }) => (typeof memory === "number" ? bytesInWords(memory) : "") },
  { title: "VERSION", value: (slave) => (slave.classic ? "classic" : slave.version) },
  { title: "NOTE", value: (slave) => slave.reason },
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
