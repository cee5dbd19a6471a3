import { Worker } from "node:worker_threads";

/**
 * Runs in a thread of its own, because the main thread of a child may be in an endless loop. It polls: no portable
 * signal tells a process that its parent has ended. The code is a text because a worker's file would need the loader of
 * TypeScript in development.
 */
const WATCH = `
const { workerData } = require("node:worker_threads");
setInterval(() => {
  if (process.ppid === workerData) return;
  try { process.kill(-process.pid, "SIGKILL"); } catch { /* There are no process groups on Windows: only this process is ended. */ }
  process.kill(process.pid, "SIGKILL");
}, 250);
`;

/** Ends this process, with the processes of its group, as soon as `parent` is not its parent any more. */
export function startWatchdog(parent: number): void {
  const worker = new Worker(WATCH, {
    eval: true,
    workerData: parent,
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  });
  worker.unref();
}
