const actions = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Has `act` called when the signal is aborted, and returns the undoing. A signal that many units share has one
 * listener: to add one for each unit and remove it again costs more than all else that is done with it.
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
