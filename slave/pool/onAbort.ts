const actions = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` when the signal is aborted; the function that it returns takes that back. A signal that many units share
 * gets one listener: to add and remove one for each unit costs more than the rest of the work with the signal.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const all = actions.get(signal) ?? listened(signal);
  all.add(act);
  return () => {
    all.delete(act);
  };
}

function listened(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  actions.set(signal, all);
  const abort = () => {
    for (const act of [...all]) act();
  };
  signal.addEventListener("abort", abort, { once: true });
  return all;
}
