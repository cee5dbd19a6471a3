/**
 * Lets callers at the same time share one run of `work`. A call always gets a run that began after it: one
 * under way may have looked already at what the caller changed, so the next one is shared instead.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = () => {
    next = undefined;
    const run = work().finally(() => {
      if (current === run) current = undefined;
    });
    current = run;
    return run;
  };
  return () => {
    if (next !== undefined) return next;
    // One turn later, so that calls of the same instant meet.
    const before = current?.catch(() => undefined) ?? Promise.resolve();
    next = before.then(begin);
    return next;
  };
}
