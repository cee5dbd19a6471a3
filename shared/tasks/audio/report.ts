import type { JsonObject, StepFile } from "../task.ts";
import type { Decoder, Faults } from "./decoder.ts";
import type { Measures } from "./measure.ts";
import type { Level } from "./meters/levels.ts";
import type { LoudnessSeries } from "./meters/loudnessSeries.ts";
import { SILENCE_WINDOW } from "./meters/silence.ts";
import { ROLLOFF } from "./meters/spectrum.ts";
import type { AudioOptions } from "./options.ts";
import type { Container } from "./wav/chunks.ts";
import { encodingName } from "./wav/format.ts";
import type { Wav } from "./wav/read.ts";

/** Fields of the result and a summary of one line. */
export interface Description {
  readonly fields: JsonObject;
  readonly summary: string;
}

interface Known {
  readonly file: StepFile;
  readonly wav: Wav;
  readonly metadata: JsonObject;
}

interface Measured extends Known, Faults {
  readonly decoder: Decoder;
  readonly frames: number;
  /** Number of NaN and infinite samples, which count as 0. */
  readonly invalid: number;
  readonly options: AudioOptions;
  readonly measures: Measures;
}

/** Makes the result of a decoded file; docs/tasks/audio.md describes the fields. NaN becomes null. */
export function describeMeasured(measured: Measured): Description {
  const { file, wav, metadata, decoder, frames, measures } = measured;
  const { sampleRate, channels } = wav.format;
  const duration = frames / sampleRate;
  const fields = {
    duration_seconds: duration,
    sample_rate: sampleRate,
    channels,
    sample_width: decoder.sampleWidth,
    ...classicLevels(measured),
    file_size_bytes: file.bytes,
    ...formatFields(wav),
    decoded: true,
    frames,
    ...levelsFields(measured),
    ...loudnessFields(measures),
    spectral: spectrumFields(measured),
    silence: silenceFields(measured),
    waveform: waveformFields(measures),
    metadata,
    truncated: wav.truncated || measured.truncated,
    warnings: warningsOf(measured),
  };
  return { fields, summary: summaryOf(measured, duration) };
}

/** Makes the result of a file whose encoding is not decoded (GSM, MP3, … in a WAV file) from its header. */
export function describeUndecoded({ file, wav, metadata }: Known): Description {
  const { sampleRate, channels } = wav.format;
  const encoding = encodingName(wav.format, wav.riff.bigEndian);
  const duration = wav.factFrames === undefined ? "unknown" : wav.factFrames / sampleRate;
  const fields = {
    duration_seconds: duration,
    sample_rate: sampleRate,
    channels,
    file_size_bytes: file.bytes,
    ...formatFields(wav),
    decoded: false,
    metadata,
    truncated: wav.truncated,
    warnings: [`The encoding ${encoding} is not decoded, so nothing was measured: convert the file to PCM.`],
  };
  return {
    fields,
    summary: `Recording with ${encoding}, ${sampleRate} Hz, ${plural(channels)}: not decoded`,
  };
}

/** Values of `format` by container; those of WAV files are not listed. */
const FORMATS: Readonly<Partial<Record<Container, string>>> = {
  ...{ AIFF: "aiff", AIFC: "aiff", W64: "w64", CAF: "caf", FLAC: "flac", Ogg: "ogg", MP3: "mp3" },
};

function formatFields({ format, riff, factFrames }: Wav): JsonObject {
  return {
    format: FORMATS[riff.container] ?? "wav",
    container: riff.container,
    encoding: encodingName(format, riff.bigEndian),
    extensible: format.extensible,
    bits_per_sample: format.bits,
    valid_bits_per_sample: format.validBits,
    channel_mask: format.channelMask,
    fact_frames: factFrames ?? null,
  };
}

/** The two fields of levels that stand among the first. */
function classicLevels({ measures: { levels }, decoder }: Measured): JsonObject {
  if (levels === undefined) return { rms_energy: null, zero_crossings: null };
  return { rms_energy: levels.all.rms * decoder.fullScale, zero_crossings: levels.all.zeroCrossings };
}

function levelsFields({ measures: { levels, truePeak } }: Measured): JsonObject {
  if (levels === undefined)
    return { ...NO_LEVELS, per_channel: (truePeak ?? []).map(truePeakFields), mono_mix: null };
  const { all, perChannel, monoMix } = levels;
  return {
    ...levelFields(all),
    zero_crossing_rate: perChannel.reduce((sum, level) => sum + level.zeroCrossings, 0) / all.samples,
    per_channel: perChannel.map((level, channel) => channelFields(level, truePeak?.[channel])),
    mono_mix: channelFields(monoMix, undefined),
  };
}

const NO_LEVELS = {
  ...{ rms: null, rms_dbfs: null, peak: null, peak_dbfs: null, min: null, max: null, dc_offset: null },
  ...{ crest_factor: null, crest_factor_db: null, zero_crossing_rate: null },
};

function levelFields(level: Level): JsonObject {
  return {
    rms: level.rms,
    rms_dbfs: decibels(level.rms),
    peak: level.peak,
    peak_dbfs: decibels(level.peak),
    min: level.min,
    max: level.max,
    dc_offset: level.dcOffset,
    crest_factor: level.peak / level.rms,
    crest_factor_db: decibels(level.peak / level.rms),
  };
}

function channelFields(level: Level, truePeak: number | undefined): JsonObject {
  return {
    ...levelFields(level),
    zero_crossings: level.zeroCrossings,
    zero_crossing_rate: level.zeroCrossings / level.samples,
    ...(truePeak === undefined ? {} : truePeakFields(truePeak)),
  };
}

function truePeakFields(truePeak: number): JsonObject {
  return { true_peak: truePeak, true_peak_dbtp: decibels(truePeak) };
}

function loudnessFields({ loudness, truePeak }: Measures): JsonObject {
  const highest = truePeak === undefined ? undefined : Math.max(...truePeak);
  return {
    loudness_lufs: loudness?.integrated ?? null,
    loudness_range_lu: loudness?.range ?? null,
    loudness_momentary_max_lufs: loudness?.momentaryMax ?? null,
    loudness_short_term_max_lufs: loudness?.shortTermMax ?? null,
    loudness_over_time: loudness === undefined ? null : seriesFields(loudness.series),
    true_peak: highest ?? null,
    true_peak_dbtp: highest === undefined ? null : decibels(highest),
  };
}

function seriesFields({ interval, momentary, shortTerm }: LoudnessSeries): JsonObject {
  return {
    interval_seconds: interval,
    points: momentary.length,
    momentary_lufs: momentary,
    short_term_lufs: shortTerm,
  };
}

function spectrumFields({ measures: { spectrum }, options, frames }: Measured): JsonObject | null {
  if (spectrum === undefined || frames === 0) return null;
  return {
    centroid_hz: { ...spectrum.centroid },
    bandwidth_hz: { ...spectrum.bandwidth },
    rolloff_hz: { ...spectrum.rolloff },
    rolloff_share: ROLLOFF,
    frames: spectrum.frames,
    fft_size: options.fft_size,
    hop: options.fft_size / 4,
    window: "hann",
    centered: true,
  };
}

function waveformFields({ waveform = { min: [], max: [] } }: Measures): JsonObject {
  return { points: waveform.min.length, ...waveform };
}

function silenceFields({ measures: { silence }, options, wav }: Measured): JsonObject | null {
  if (silence === undefined) return null;
  return {
    share: silence.share,
    leading_seconds: silence.leading / wav.format.sampleRate,
    trailing_seconds: silence.trailing / wav.format.sampleRate,
    threshold_dbfs: options.silence_dbfs,
    window_seconds: SILENCE_WINDOW,
  };
}

function warningsOf({ wav, frames, invalid, measures, options, ...told }: Measured): string[] {
  const { data, riff, factFrames, format } = wav;
  const warnings: string[] = [...told.warnings];
  if (wav.truncated)
    warnings.push(`The file was cut short: ${data.bytes} of ${data.claimed} bytes of samples are there.`);
  if (riff.streamed)
    warnings.push("The header does not say how long the recording is; it was read to the end of the file.");
  if (frames === 0) warnings.push("The file holds no samples.");
  if (invalid > 0)
    warnings.push(`${invalid} samples are not finite numbers, or too large to be measured; they count as 0.`);
  if (factFrames !== undefined && factFrames !== frames && format.framesPerBlock > 0) {
    warnings.push(
      `The fact chunk says ${factFrames} frames; the blocks hold ${frames}, which were measured.`,
    );
  }
  if (options.loudness && measures.loudness === undefined) {
    warnings.push(`Loudness is not defined at a sample rate of ${format.sampleRate} Hz.`);
  }
  return warnings;
}

function summaryOf({ wav, measures, frames }: Measured, duration: number): string {
  const { format, riff } = wav;
  const shape = `${duration.toFixed(2)} s, ${format.sampleRate} Hz, ${plural(format.channels)}, ${encodingName(format, riff.bigEndian)}`;
  if (frames === 0) return `${shape}, no samples`;
  const lufs = measures.loudness?.integrated ?? Number.NaN;
  return [shape, ...levelWords(measures), ...(Number.isFinite(lufs) ? [`${lufs.toFixed(1)} LUFS`] : [])].join(
    ", ",
  );
}

function levelWords({ levels }: Measures): string[] {
  if (levels === undefined) return [];
  const rms = decibels(levels.all.rms);
  return [Number.isFinite(rms) ? `RMS ${rms.toFixed(1)} dBFS` : "digital silence"];
}

function plural(channels: number): string {
  return channels === 1 ? "1 channel" : `${channels} channels`;
}

/** 20 log10, so that a full-scale sample is 0 dBFS; minus infinity (null in JSON) for digital silence. */
function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
