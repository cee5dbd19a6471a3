/** Computes a value again when the one that is known is older than `ms`. */
export function rememberedFor<T>(ms: number, compute: () => T): () => T {
  let known: { readonly value: T; readonly until: number } | undefined;
  return () => {
    if (known === undefined || performance.now() >= known.until)
      known = { value: compute(), until: performance.now() + ms };
    return known.value;
  };
}
