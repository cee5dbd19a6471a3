import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes by which the heap may grow beyond what lived in it, or a quarter of that if it is more. */
const GROWTH = 12 * 2 ** 20;
const LOOK_MS = 50;

/**
 * Collects garbage whenever the heap has grown by some megabytes. V8 itself waits for several times of what
 * lives there, the longer the more memory the machine has: a master held 120 MB of garbage after 10,000 files.
 * No setting of a process that runs says otherwise. Returns its undoing.
 */
export function keepHeapSmall(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let lived = oldBytes();
  const timer = setInterval(() => {
    const now = oldBytes();
    lived = Math.min(lived, now);
    if (now - lived < Math.max(GROWTH, lived / 4)) return;
    collect();
    lived = oldBytes();
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

/** What outlived its first moments; the rest is V8's to collect, which it does at once. */
function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")?.space_used_size ?? 0;
}
