import { CHAOS_TOKEN, type ChaosFleet, type ChaosSlave } from "../fleet.ts";

interface Status {
  readonly working_on?: readonly { readonly filename: string }[];
}

/** Names of the files that a slave works on now; empty when the slave cannot be reached. */
export async function filesAt(slave: ChaosSlave): Promise<string[]> {
  try {
    const headers = { authorization: `Bearer ${CHAOS_TOKEN}` };
    const answer = await fetch(`http://127.0.0.1:${slave.port}/check_status`, { headers });
    const status = (await answer.json()) as Status;
    return (status.working_on ?? []).map(({ filename }) => filename);
  } catch {
    return [];
  }
}

export async function isWorkingOn({ slaves }: ChaosFleet, prefix: string): Promise<boolean> {
  const files = await Promise.all(slaves.map(filesAt));
  return files.flat().some((name) => name.startsWith(prefix));
}

/** The quantile: this share of the values is below it. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
