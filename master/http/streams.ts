import { once } from "node:events";
import type { Response } from "express";

/** Aborted when the connection closes; after a whole answer that is of no consequence. */
export function untilGone(res: Response): AbortSignal {
  const controller = new AbortController();
  if (res.destroyed) controller.abort();
  res.once("close", () => controller.abort());
  return controller.signal;
}

/** Writes, and waits while the client does not keep up. Does nothing once it has gone. */
export async function write(res: Response, text: string, gone: AbortSignal): Promise<void> {
  if (gone.aborted || res.write(text)) return;
  await once(res, "drain", { signal: gone }).catch(() => undefined);
}

/** Resolves after so many seconds, or when the signal is aborted. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener("abort", done);
  });
}
