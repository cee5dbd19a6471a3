/** Estimated work of drawing a part of an SVG. */
export interface DrawingCost {
  /** Nanoseconds for each pixel of the whole drawing. */
  readonly ns: number;
  /** The same if every shape covered the whole drawing. */
  readonly most: number;
  readonly elements: number;
}

export const NOTHING: DrawingCost = { ns: 0, most: 0, elements: 0 };
export const ONE: DrawingCost = { ...NOTHING, elements: 1 };

/** The whole drawing, at so many nanoseconds for each pixel. */
export function flat(ns: number): DrawingCost {
  return { ns, most: ns, elements: 0 };
}

export function sum(costs: readonly DrawingCost[]): DrawingCost {
  return costs.reduce(
    (all, { ns, most, elements }) => ({
      ns: all.ns + ns,
      most: all.most + most,
      elements: all.elements + elements,
    }),
    NOTHING,
  );
}

export function times({ ns, most, elements }: DrawingCost, factor: number): DrawingCost {
  return { ns: ns * factor, most: most * factor, elements };
}

/** The cost on a larger or smaller area, at most that of the whole drawing. */
export function scaled({ ns, most, elements }: DrawingCost, scale: number): DrawingCost {
  return { ns: Math.min(most, ns * scale), most, elements };
}
