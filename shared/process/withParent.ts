/**
 * Calls `stop` when the parent that started this process with a channel is gone, killed or not, so that
 * it leaves nobody behind. Does nothing in a process that was started by hand.
 */
export function endWithParent(stop: () => void): void {
  if (process.send === undefined) return;
  process.once("disconnect", stop);
}
