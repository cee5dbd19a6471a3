import { readdir, readFile } from "node:fs/promises";

/** What a process holds. */
export interface Holding {
  readonly descriptors: number;
  readonly megabytes: number;
}

/** Of a running process, from /proc; undefined where there is none. */
export async function holdingOf(pid: number): Promise<Holding | undefined> {
  try {
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
    const pages = Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]);
    return { descriptors, megabytes: (pages * 4096) / 2 ** 20 };
  } catch {
    return undefined;
  }
}

/** More than this is left open or in memory: somebody does not let go. */
const MOST_DESCRIPTORS = 20;
const MOST_MEGABYTES = 150;

export function leaks(who: string, before: Holding | undefined, after: Holding | undefined): string[] {
  if (before === undefined || after === undefined) return [];
  const descriptors = after.descriptors - before.descriptors;
  const megabytes = Math.round(after.megabytes - before.megabytes);
  return [
    ...(descriptors > MOST_DESCRIPTORS ? [`${who} holds ${descriptors} descriptors more than before`] : []),
    ...(megabytes > MOST_MEGABYTES ? [`${who} holds ${megabytes} MB more than before`] : []),
  ];
}
