/** Loudness over time in LUFS; NaN where there is no window yet, and for digital silence. */
export interface LoudnessSeries {
  /** Seconds of a point. */
  readonly interval: number;
  /** Highest loudness over 400 ms, and over 3 s, of the windows that end within each point. */
  readonly momentary: readonly number[];
  readonly shortTerm: readonly number[];
}

/** Points of a long recording: more than a screen shows add nothing. */
const MOST_POINTS = 600;
/** Seconds between the ends of two windows. */
const HOP_SECONDS = 0.1;

/** Energies of windows that end every 100 ms; those of momentary loudness begin 300 ms in, of short-term 2.9 s. */
export interface WindowEnergies {
  readonly hops: number;
  readonly momentary: readonly number[];
  readonly shortTerm: readonly number[];
}

/** A series of at most 600 points. @param toLufs loudness of an energy */
export function seriesOf(
  { hops, momentary, shortTerm }: WindowEnergies,
  toLufs: (energy: number) => number,
): LoudnessSeries {
  const step = Math.max(1, Math.ceil(hops / MOST_POINTS));
  const points = Math.ceil(hops / step);
  const highest = (energies: readonly number[]) => {
    const before = hops - energies.length;
    return Array.from({ length: points }, (_, point) => {
      const from = point * step - before;
      const within = energies.slice(Math.max(0, from), Math.max(0, from + step));
      return within.length === 0 ? Number.NaN : rounded(toLufs(Math.max(...within)));
    });
  };
  return {
    interval: rounded(step * HOP_SECONDS),
    momentary: highest(momentary),
    shortTerm: highest(shortTerm),
  };
}

/** To two decimals; minus infinity, which JSON does not have, becomes NaN. */
function rounded(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : Number.NaN;
}
