import type { FunctionProcess } from "./functionProcess.ts";
import type { FunctionMode, FunctionSettings } from "./protocol.ts";

/** Time for which a process waits for the next unit of its function. */
const KEPT_MS = 2_000;

interface Kept {
  readonly key: string;
  readonly process: FunctionProcess;
  readonly timer: NodeJS.Timeout;
}

let kept: Kept | undefined;

/** The process of the unit before, if it has the same function with the same settings. */
export function takeProcess(mode: FunctionMode, settings: FunctionSettings): FunctionProcess | undefined {
  const found = kept?.key === keyOf(mode, settings) ? kept.process : undefined;
  if (kept !== undefined) clearTimeout(kept.timer);
  if (found === undefined) kept?.process.kill();
  else found.tell();
  kept = undefined;
  return found;
}

/**
 * Keeps an idle process for the next unit: its start costs more than thousands of quick calls. Only trusted functions, which
 * their author wrote, may find what an earlier unit of theirs left behind; the sandbox is new for each unit.
 */
export function keepProcess(process: FunctionProcess, mode: FunctionMode, settings: FunctionSettings): void {
  if (mode === "sandbox") {
    process.kill();
    return;
  }
  dropKept();
  const drop = () => {
    if (kept?.process === process) dropKept();
  };
  process.tell({ onLines: () => undefined, onEnd: drop });
  kept = { key: keyOf(mode, settings), process, timer: setTimeout(drop, KEPT_MS) };
}

function dropKept(): void {
  if (kept === undefined) return;
  clearTimeout(kept.timer);
  kept.process.kill();
  kept = undefined;
}

function keyOf(mode: FunctionMode, settings: FunctionSettings): string {
  return JSON.stringify([mode, settings]);
}
