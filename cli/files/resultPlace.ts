import { statSync } from "node:fs";
import type { FileView } from "../../shared/contract/jobs.ts";

type Placed = Pick<FileView, "saved_as" | "url" | "result_bytes">;

/**
 * Where a user of this machine finds a result: the path if the master's folder is here, else the address at the master,
 * whose paths mean nothing here.
 */
export function resultPlace({ saved_as, url, result_bytes }: Placed, master: string): string {
  const bytes = saved_as !== undefined && isHere(master) ? bytesOf(saved_as) : undefined;
  if (saved_as !== undefined && bytes !== undefined && bytes === (result_bytes ?? bytes)) return saved_as;
  if (url === undefined) return "-";
  return URL.canParse(url, master) ? new URL(url, master).href : url;
}

/** Whether a master runs on this machine, as far as its address tells. */
export function isHere(master: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(new URL(master).hostname);
}

function bytesOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
