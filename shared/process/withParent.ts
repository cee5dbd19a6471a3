/** Longest time of a stop: without a parent no second signal can shorten it. */
const LAST_MS = 10_000;

/**
 * Calls `stop` when the parent that started this process with a channel is gone, killed or not, so that
 * no process is left over. Does nothing in a process that was started by hand.
 */
export function endWithParent(stop: () => void): void {
  if (process.send === undefined) return;
  const gone = () => {
    stop();
    setTimeout(() => process.exit(1), LAST_MS).unref();
  };
  if (process.connected) process.once("disconnect", gone);
  else gone();
}
