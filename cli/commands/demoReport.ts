import { basename } from "node:path";
import { printable } from "../../shared/printable.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import { ownName } from "../output/ownName.ts";
import { cut } from "../output/table.ts";
import type { Terminal } from "../output/terminal.ts";
import { counted } from "../output/words.ts";
import type { JobOutcome } from "./jobOutcome.ts";

export function printHeader(terminal: Terminal, tasks: number, files: number): void {
  const what = `a master, two slaves, ${counted(files, "file")}, ${counted(tasks, "task")}`;
  terminal.print(`${terminal.paint("bold", "manyhands demo")}: ${what}`);
}

/** Prints a task and, for each of its files, the name and the summary of the result. */
export function printBlock(terminal: Terminal, { name, title }: TaskDefinition, outcome: JobOutcome): void {
  terminal.print("");
  terminal.print(`${terminal.paint("bold", name)}  ${terminal.paint("dim", title)}`);
  for (const { path, view } of outcome.files) {
    const done = view.state === "done";
    const mark = done ? terminal.paint("green", "✓") : terminal.paint("red", "✗");
    terminal.print(
      `  ${mark} ${printable(basename(path))} → ${printable(view.saved_as ?? view.code ?? view.state)}`,
    );
    const telling = done ? view.summary : view.error;
    if (telling !== undefined) terminal.print(cut(`    ${printable(telling)}`, terminal.width));
  }
}

export function printNext(terminal: Terminal, counts: string, results: string): void {
  terminal.print("");
  terminal.print(`${terminal.paint("bold", counts)} Results: ${printable(results)}/`);
  terminal.print("");
  const command = ownName();
  const start = command === "node cli" ? "npm start" : `${command} start`;
  for (const [line, meaning] of [
    [start, "a master and a slave until Ctrl-C"],
    [`${command} upload ocr <your scans>`, "and your own files, in another terminal"],
    [`${command} tasks`, "what else it can do"],
  ] as const)
    terminal.print(`${line === start ? "Next: " : "      "}${line.padEnd(42)}  ${meaning}`);
}
