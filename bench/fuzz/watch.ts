import { readdir, readFile } from "node:fs/promises";

/** Memory and descriptors of a process. */
export interface Holding {
  readonly descriptors: number;
  readonly megabytes: number;
}

/** Reads them from /proc; undefined where the process does not exist. */
export async function holdingOf(pid: number): Promise<Holding | undefined> {
  try {
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
    const pages = Number((await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1]);
    return { descriptors, megabytes: (pages * 4096) / 2 ** 20 };
  } catch {
    return undefined;
  }
}

/** Growth above this counts as a leak. */
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
