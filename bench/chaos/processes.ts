import { readdirSync, readFileSync } from "node:fs";

/** Processes as `/proc` shows them (Linux). Only processes of a run of this program are signalled. */

export function childrenOf(pid: number): number[] {
  return allProcesses().filter((process) => parentOf(process) === pid);
}

/** Processes whose command line names this folder: a slave's children carry theirs as an argument. */
export function processesNaming(folder: string): number[] {
  return allProcesses().filter((pid) => read(pid, "cmdline").includes(folder) && stateOf(pid) !== "Z");
}

export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function allProcesses(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function parentOf(pid: number): number {
  return Number(statusFields(pid)[1]);
}

function stateOf(pid: number): string | undefined {
  return statusFields(pid)[0];
}

/** The fields behind the name, which may contain spaces. */
function statusFields(pid: number): string[] {
  const text = read(pid, "stat");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
