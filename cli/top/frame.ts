import { isFinal } from "../../shared/contract/jobs.ts";
import { printable } from "../../shared/printable.ts";
import { cut, tableLines } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { counted, secondsInWords } from "../output/words.ts";
import type { JobView, SlaveView } from "../sdk/index.ts";
import type { ScreenState } from "./state.ts";

/** What one picture of the fleet shows. */
export interface TopView {
  readonly master: string;
  readonly fleet: Pick<ScreenState, "slaves" | "jobs" | "capacity">;
  /** Id of the chosen job. */
  readonly chosen?: string | undefined;
  /** The last line: what keys do, a question, or what happened. */
  readonly footer?: string | undefined;
}

export interface FrameSize {
  /** Undefined: lines are as long as they are. */
  readonly columns: number | undefined;
  /** Undefined: all slaves and jobs are shown. */
  readonly rows: number | undefined;
}

/** Lines beside those of slaves and jobs: two heads, two titles, two empty ones, two remarks of what is left out, the footer. */
const OTHER_LINES = 9;
const LEAST_ROWS = 1;

/** The picture as lines that fit the size. */
export function frameLines(
  view: TopView,
  { columns, rows }: FrameSize,
  { paint }: Pick<Terminal, "paint">,
): string[] {
  const { slaves, jobs } = view.fleet;
  const room = rows === undefined ? Number.POSITIVE_INFINITY : Math.max(2 * LEAST_ROWS, rows - OTHER_LINES);
  const forSlaves = Math.min(slaves.length, Math.max(LEAST_ROWS, Math.floor(room / 2), room - jobs.length));
  const forJobs = Math.max(LEAST_ROWS, room - forSlaves);
  const lines = [
    paint("bold", cut(`manyhands  ${printable(view.master)}`, columns)),
    dots(cut(headOf(view.fleet, columns), columns), paint),
    "",
    ...slaveLines(slaves, forSlaves, columns).map((line, index) =>
      index === 0 ? paint("dim", line) : dots(line, paint),
    ),
    "",
    ...jobLines(view, forJobs, columns).map(({ text, isChosen }, index) =>
      index === 0 ? paint("dim", text) : isChosen ? paint("bold", text) : text,
    ),
    ...(view.footer === undefined ? [] : [paint("dim", cut(view.footer, columns))]),
  ];
  return rows === undefined ? lines : lines.slice(0, rows);
}

const MOST_DOTS = 40;
const LEAST_DOTS = 4;

/** Slots as dots, as far as the words leave room for them, and the same in words. */
function headOf({ slaves, jobs, capacity }: TopView["fleet"], columns: number | undefined): string {
  const alive = slaves.filter(({ state }) => state === "alive");
  const slots = capacity?.slots ?? alive.reduce((sum, slave) => sum + slave.slots, 0);
  const busy = capacity?.busy ?? alive.reduce((sum, slave) => sum + slave.busy, 0);
  const speed = jobs.reduce((sum, job) => sum + (job.files_per_second ?? 0), 0);
  const waiting = capacity?.waiting_files ?? jobs.reduce((sum, { counts }) => sum + counts.queued, 0);
  const seconds = capacity?.waiting_seconds ?? undefined;
  const parts = [
    `${busy} of ${counted(slots, "slot")} busy`,
    `${counted(waiting, "file")} waiting${seconds === undefined || waiting === 0 ? "" : `, about ${secondsInWords(seconds)}`}`,
    `${speed < 10 ? speed.toFixed(1) : Math.round(speed)} files/s`,
  ];
  const words = parts.join("   ");
  const room = columns === undefined ? MOST_DOTS : columns - words.length - 1;
  return room < LEAST_DOTS ? words : `${slotDots({ busy, slots }, room)} ${words}`;
}

/** A dot for each slot, full for a busy one; of more slots than there is room for, a share. */
function slotDots({ busy, slots }: Pick<SlaveView, "busy" | "slots">, room: number): string {
  const width = Math.min(slots, room, MOST_DOTS);
  const full = slots === 0 ? 0 : Math.min(width, Math.ceil((busy / slots) * width));
  return "●".repeat(full) + "○".repeat(width - full);
}

function dots(line: string, paint: Terminal["paint"]): string {
  return line.replace(/●+/g, (full) => paint("green", full));
}

function slaveLines(slaves: readonly SlaveView[], most: number, columns: number | undefined): string[] {
  if (slaves.length === 0) return ["No slaves."];
  const room = columns === undefined ? MOST_DOTS : Math.max(LEAST_DOTS, Math.floor(columns / 4));
  const table = tableLines(
    [
      { title: "SLAVE", value: ({ name }: SlaveView) => name },
      { title: "SLOTS", value: (slave) => slotsOf(slave, room), keep: "whole" },
      { title: "NOW", value: nowOf },
    ],
    slaves.slice(0, most),
    columns,
  );
  return [...table, ...leftOut(slaves.length - most, "slave")];
}

function slotsOf({ state, busy, slots, waiting }: SlaveView, room: number): string {
  if (state !== "alive" && state !== "draining") return state;
  const marks = `${slotDots({ busy, slots }, room)} ${busy}/${slots}${waiting > 0 ? ` +${waiting}` : ""}`;
  return state === "draining" ? `${marks} draining` : marks;
}

function nowOf({ reason, working_on = [] }: SlaveView): string {
  return (
    reason ?? working_on.map(({ filename, seconds }) => `${filename} ${secondsInWords(seconds)}`).join(", ")
  );
}

interface JobLine {
  readonly text: string;
  readonly isChosen: boolean;
}

/** The chosen job is always among those that are shown. */
function jobLines(
  { fleet: { jobs }, chosen }: TopView,
  most: number,
  columns: number | undefined,
): JobLine[] {
  if (jobs.length === 0) return [{ text: "No jobs.", isChosen: false }];
  const at = Math.max(0, jobs.findIndex(({ id }) => id === chosen) - most + 1);
  const shown = jobs.slice(at, at + most);
  const table = tableLines(
    [
      {
        title: "  JOB",
        value: (job: JobView) => `${job.id === chosen ? "›" : " "} ${job.id}`,
        keep: "whole",
      },
      { title: "TASK", value: (job) => job.task_type },
      { title: "NAME", value: (job) => job.name },
      { title: "PROGRESS", value: progressBar, keep: "whole" },
      { title: "FILES", value: filesOf, keep: "whole" },
      { title: "FILES/S", value: ({ files_per_second: speed }) => speed?.toFixed(1) },
      { title: "LEFT", value: leftOf },
    ],
    shown,
    columns,
  );
  const lines = table.map((text, index) => ({
    text,
    isChosen: index > 0 && shown[index - 1]?.id === chosen,
  }));
  return [...lines, ...leftOut(jobs.length - shown.length, "job").map((text) => ({ text, isChosen: false }))];
}

const BAR = 12;

function progressBar({ counts }: JobView): string {
  const share = counts.total === 0 ? 1 : (counts.done + counts.failed + counts.cancelled) / counts.total;
  const full = Math.floor(share * BAR);
  return `${"█".repeat(full)}${"░".repeat(BAR - full)} ${String(Math.floor(share * 100)).padStart(3)}%`;
}

function filesOf({ counts }: JobView): string {
  const ended = counts.done + counts.failed + counts.cancelled;
  return `${ended}/${counts.total}${counts.failed > 0 ? `, ${counts.failed} failed` : ""}`;
}

function leftOf({ state, eta_seconds: left }: JobView): string {
  if (isFinal(state)) return state;
  return left === undefined ? state : secondsInWords(left);
}

function leftOut(count: number, what: string): string[] {
  return count > 0 ? [`… and ${counted(count, `other ${what}`)}`] : [];
}
