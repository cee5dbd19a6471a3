/** What the slaves of this master can use. */
export interface WantedUnits {
  /** Lanes that one of them can do. */
  readonly lanes: () => Iterable<string>;
  readonly canDo: (lane: string) => boolean;
  /** Units of a lane that free slots can take at once, and others soon. */
  readonly of: (lane: string) => number;
  /** The same, with the units that those slaves have. */
  readonly withLeased: (lane: string) => number;
}
