export interface CoalesceOptions {
  /** Waited for before each run, for more calls to come; a microtask unless said. */
  readonly pause?: () => Promise<unknown>;
}

/**
 * Lets callers at the same time share one run of `work`. A call always gets a run that begins after it, as a run
 * under way may have missed what the caller changed: such calls share the next run.
 */
export function coalesce(
  work: () => Promise<void>,
  { pause = microtask }: CoalesceOptions = {},
): () => Promise<void> {
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
    const before = current?.catch(() => undefined).then(pause) ?? pause();
    next = before.then(begin);
    return next;
  };
}

/** Long enough for calls of one instant to meet. */
function microtask(): Promise<void> {
  return Promise.resolve();
}
