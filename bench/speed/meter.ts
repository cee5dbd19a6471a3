import { readdirSync, readFileSync } from "node:fs";

/** CPU time and memory of processes, read from /proc (Linux only). */

const TICKS_PER_SECOND = 100;

/** Indexes of fields in /proc/<pid>/stat behind the name of the process, which may contain any character. */
const [UTIME, STIME, CUTIME, CSTIME] = [11, 12, 13, 14] as const;

/** CPU seconds, user and system, of a process and of all processes below it, ended ones too. */
export function cpuSeconds(pid: number): number {
  return ownCpuSeconds(pid) + cpuSecondsBelow(pid);
}

/** CPU seconds of the process alone. */
export function ownCpuSeconds(pid: number): number {
  return seconds(pid, UTIME, STIME);
}

/** CPU seconds of all processes below it. */
export function cpuSecondsBelow(pid: number): number {
  return children(pid).reduce((sum, child) => sum + cpuSeconds(child), seconds(pid, CUTIME, CSTIME));
}

/** Resident bytes now, and the peak since the process began. */
export function memory(pid: number): { readonly resident: number; readonly peak: number } {
  const status = readProc(`${pid}/status`);
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return { resident: kilobytes("VmRSS") * 1024, peak: kilobytes("VmHWM") * 1024 };
}

export function descriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

export function children(pid: number): number[] {
  const threads = threadsOf(pid);
  return threads.flatMap((thread) =>
    readProc(`${pid}/task/${thread}/children`).split(" ").filter(Boolean).map(Number),
  );
}

/** Samples a value every 50 ms and keeps the greatest. */
export function watchMost(look: () => number): () => number {
  let most = look();
  const timer = setInterval(() => {
    most = Math.max(most, look());
  }, 50);
  return () => {
    clearInterval(timer);
    return Math.max(most, look());
  };
}

function seconds(pid: number, ...places: readonly number[]): number {
  const stat = readProc(`${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return places.reduce((sum, place) => sum + Number(fields[place] ?? 0), 0) / TICKS_PER_SECOND;
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    return "";
  }
}
