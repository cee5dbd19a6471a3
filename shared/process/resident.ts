import { readFileSync } from "node:fs";

/**
 * Resident bytes of a process and of the processes that it started; undefined where the system does
 * not tell (only Linux does, in /proc) or when it is gone.
 */
export function residentBytes(pid: number): number | undefined {
  const own = /^VmRSS:\s+(\d+) kB/m.exec(readProc(`${pid}/status`))?.[1];
  if (own === undefined) return undefined;
  const children = readProc(`${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children.reduce((sum, child) => sum + (residentBytes(Number(child)) ?? 0), Number(own) * 1024);
}

function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, "latin1");
  } catch {
    return "";
  }
}
