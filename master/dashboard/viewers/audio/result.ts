/** What the viewer reads of a result of the task audio, version 1. Fields of samples are absent where none were decoded. */
export interface AudioResult {
  readonly duration_seconds: number | "unknown";
  readonly sample_rate: number | "unknown";
  readonly channels: number | "unknown";
  readonly format: string;
  readonly detected_format?: string;
  readonly media_type?: string;
  readonly container?: string;
  readonly encoding?: string;
  readonly bits_per_sample?: number;
  readonly valid_bits_per_sample?: number;
  readonly truncated?: boolean;
  readonly decoded?: boolean;
  readonly warnings: readonly string[];
  readonly metadata?: AudioMetadata;
  readonly rms_dbfs?: number | null;
  readonly peak_dbfs?: number | null;
  readonly true_peak_dbtp?: number | null;
  readonly loudness_lufs?: number | null;
  readonly loudness_range_lu?: number | null;
  readonly loudness_momentary_max_lufs?: number | null;
  readonly loudness_short_term_max_lufs?: number | null;
  /** Results of older slaves have none. */
  readonly loudness_over_time?: LoudnessView | null;
  readonly crest_factor_db?: number | null;
  readonly dc_offset?: number | null;
  readonly zero_crossing_rate?: number | null;
  readonly per_channel?: readonly ChannelLevels[];
  readonly silence?: {
    readonly share: number | null;
    readonly leading_seconds: number;
    readonly trailing_seconds: number;
    readonly threshold_dbfs: number;
  } | null;
  readonly spectral?: {
    readonly centroid_hz: { readonly mean: number | null };
    readonly bandwidth_hz: { readonly mean: number | null };
    readonly rolloff_hz: { readonly mean: number | null };
  } | null;
  readonly waveform?: WaveformView;
}

export interface ChannelLevels {
  /** Absent where levels were left out. */
  readonly rms_dbfs?: number | null;
  readonly peak_dbfs?: number | null;
  readonly true_peak_dbtp?: number | null;
}

export interface WaveformView {
  readonly points: number;
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export interface LoudnessView {
  readonly interval_seconds: number;
  readonly points: number;
  readonly momentary_lufs: readonly (number | null)[];
  readonly short_term_lufs: readonly (number | null)[];
}

export interface AudioMetadata {
  readonly info: Readonly<Record<string, string>>;
  readonly bext: {
    readonly description: string;
    readonly originator: string;
    readonly origination_date: string;
  } | null;
  readonly cue_points: readonly CuePoint[];
}

export interface CuePoint {
  readonly id: number;
  readonly position_seconds: number;
  readonly length_seconds: number;
  readonly label: string | null;
  readonly note: string | null;
}

/** The length when it is known. */
export function secondsOf({ duration_seconds: seconds }: AudioResult): number | undefined {
  return typeof seconds === "number" ? seconds : undefined;
}

/** `3:07.5` */
export function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${(seconds - 60 * minutes).toFixed(seconds < 60 ? 2 : 1).padStart(seconds < 60 ? 5 : 4, "0")}`;
}
