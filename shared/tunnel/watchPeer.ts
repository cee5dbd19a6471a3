import type { Socket } from "node:net";

/** Each end sends a ping so often. */
const PING_MS = 2_000;
/** A connection on which nothing arrives for so long is half open: both ends notice that within 6 s. */
const SILENT_MS = 5_000;
const CHECK_MS = 500;

export interface PeerWatch {
  readonly ping: () => void;
  readonly onSilent: () => void;
}

/**
 * Sends pings, and calls `onSilent` when nothing arrives any more. Every byte counts as a sign of life: on a slow
 * connection a ping waits behind the bytes of files. Returns what ends the watch.
 */
export function watchPeer(socket: Socket, { ping, onSilent }: PeerWatch): () => void {
  let heardAt = performance.now();
  socket.on("data", () => {
    heardAt = performance.now();
  });
  const isSilent = () => performance.now() - heardAt > SILENT_MS;
  // This process may have stood still itself: it first reads what arrived meanwhile.
  const check = () => isSilent() && setTimeout(() => isSilent() && onSilent(), 50).unref();
  const timers = [setInterval(check, CHECK_MS), setInterval(ping, PING_MS)];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
