import { z } from "zod";
import { count, resultSchema, share } from "../fields.ts";
import { metadata } from "./metadataSchema.ts";

const TASK = { task: "audio", version: 1 };

/** A measure that may not exist, such as the level of silence in dB. */
const measure = z.number().nullable();
const unknown = z.literal("unknown");
const warnings = z.array(z.string()).describe("Sentences about irregularities of the file.");

const levels = {
  rms: measure.describe("Root of the mean square, full scale 1."),
  rms_dbfs: measure.describe("The same in dBFS; null for silence."),
  peak: measure.describe("Largest absolute sample, full scale 1."),
  peak_dbfs: measure.describe("The same in dBFS; null for silence."),
  min: measure.describe("Lowest sample, full scale 1."),
  max: measure.describe("Highest sample, full scale 1."),
  dc_offset: measure.describe("Mean of the samples, full scale 1."),
  crest_factor: measure.describe("Peak / RMS; null for silence."),
  crest_factor_db: measure.describe("The same in dB."),
};

const truePeak = measure.describe(
  "Highest value between the samples, full scale 1, four times oversampling.",
);
const truePeakDb = measure.describe("The same in dBTP; null for silence.");
const crossings = count.describe("Number of samples whose sign differs from that of the sample before.");
const crossingRate = measure.describe("Zero crossings / samples, 0 to 1.");

const channel = z.object({
  ...levels,
  zero_crossings: crossings,
  zero_crossing_rate: crossingRate,
  true_peak: truePeak.optional(),
  true_peak_dbtp: truePeakDb.optional(),
});

const spread = z.object({
  mean: measure.describe("Mean over the frames, in Hz."),
  std: measure.describe("Standard deviation over the frames, in Hz."),
  min: measure.describe("Least over the frames, in Hz."),
  max: measure.describe("Largest over the frames, in Hz."),
});

const spectral = z.object({
  centroid_hz: spread.describe("Spectral centroid."),
  bandwidth_hz: spread.describe("Spectral bandwidth, p = 2."),
  rolloff_hz: spread.describe("Spectral roll-off."),
  rolloff_share: share.describe("Share of the magnitude below the roll-off, 0 to 1."),
  frames: count.describe("Number of frames."),
  fft_size: count.describe("Length of a frame, in samples."),
  hop: count.describe("Distance of two frames, in samples."),
  window: z.literal("hann").describe("Window of a frame."),
  centered: z.literal(true).describe("Frames reach beyond both ends, into zeros."),
});

const silence = z.object({
  share: share.nullable().describe("Share of the recording that is silent, 0 to 1."),
  leading_seconds: z.number().min(0).describe("Silence at the start, in seconds."),
  trailing_seconds: z.number().min(0).describe("Silence at the end, in seconds."),
  threshold_dbfs: z.number().describe("RMS in dBFS below which a window is silent."),
  window_seconds: z.number().describe("Length of a window, in seconds."),
});

const waveform = z.object({
  points: count.describe("Number of points."),
  min: z.array(measure).describe("Lowest sample of each point, full scale 1."),
  max: z.array(measure).describe("Highest sample of each point, full scale 1."),
});

const loudnessOverTime = z.object({
  interval_seconds: z.number().min(0).describe("Length of a point, in seconds: 0.1, or more for 600 points."),
  points: count.describe("Number of points."),
  momentary_lufs: z
    .array(measure)
    .describe(
      "Highest loudness over 400 ms of the windows that end in the point, in LUFS; null for silence.",
    ),
  short_term_lufs: z.array(measure).describe("The same over 3 s; null before the first 3 s have passed."),
});

const header = {
  sample_rate: count.describe("Samples of a channel per second, in Hz."),
  channels: count.describe("Number of channels."),
  file_size_bytes: count.describe("Size of the file, in bytes."),
  format: z.enum(["wav", "aiff", "w64", "caf", "flac", "ogg", "mp3"]).describe("Format of the file."),
  container: z
    .enum(["RIFF", "RIFX", "RF64", "BW64", "AIFF", "AIFC", "W64", "CAF", "FLAC", "Ogg", "MP3"])
    .describe("Container."),
  encoding: z.string().describe("Encoding as ffmpeg names it, such as pcm_s16le."),
  extensible: z.boolean().describe("Whether the header is WAVE_FORMAT_EXTENSIBLE."),
  bits_per_sample: count.describe("Bits that a sample takes in the file."),
  valid_bits_per_sample: count.describe("Bits of a sample that are used."),
  channel_mask: count.describe("Speakers, dwChannelMask; 0 if absent."),
  fact_frames: count.nullable().describe("Frames by the fact chunk; null without one."),
  metadata,
  truncated: z.boolean().describe("Whether the file ends before its samples do."),
  warnings,
};

const measured = resultSchema(TASK, {
  duration_seconds: z.number().min(0).describe("Length in seconds."),
  sample_width: count.describe("Bytes of one decoded sample."),
  rms_energy: measure.describe("Root of the mean square in the file's own integer units."),
  zero_crossings: count
    .nullable()
    .describe("Sign changes over the interleaved samples; null with `levels: false`."),
  ...header,
  decoded: z.literal(true).describe("The samples were measured."),
  frames: count.describe("Samples of each channel."),
  ...levels,
  zero_crossing_rate: crossingRate,
  per_channel: z
    .array(z.union([channel, z.object({ true_peak: truePeak, true_peak_dbtp: truePeakDb })]))
    .describe("Levels of each channel; with `levels: false` the true peaks alone."),
  mono_mix: channel.nullable().describe("Levels of the mean of the channels; null with `levels: false`."),
  loudness_lufs: measure.describe("Integrated loudness in LUFS (EBU R 128)."),
  loudness_range_lu: measure.describe("Loudness range in LU (EBU Tech 3342)."),
  loudness_momentary_max_lufs: measure.describe("Highest loudness over 400 ms, in LUFS."),
  loudness_short_term_max_lufs: measure.describe("Highest loudness over 3 s, in LUFS."),
  loudness_over_time: loudnessOverTime
    .nullable()
    .describe("Loudness over time (EBU Tech 3341); null without loudness."),
  true_peak: truePeak,
  true_peak_dbtp: truePeakDb,
  spectral: spectral.nullable().describe("Spectrum; null without samples or with `spectrum: false`."),
  silence: silence.nullable().describe("Silent windows; null with `silence: false`."),
  waveform: waveform.describe("Overview of the waveform."),
});

const undecoded = resultSchema(TASK, {
  duration_seconds: z.union([z.number().min(0), unknown]).describe("Length in seconds by the header."),
  ...header,
  decoded: z.literal(false).describe("The encoding is not decoded: nothing was measured."),
});

const foreign = resultSchema(TASK, {
  duration_seconds: unknown.describe("Not known."),
  sample_rate: unknown.describe("Not known."),
  channels: unknown.describe("Not known."),
  file_size_bytes: count.describe("Size of the file, in bytes."),
  format: z.literal("non-wav").describe("The file is a recording of a format that is not decoded."),
  detected_format: z.string().describe("Name of its format, such as mp3."),
  media_type: z.string().describe("Its media type."),
  warnings,
});

/** The result of the task for one file; docs/tasks/audio.md explains the fields. */
export const result = z.union([measured, undecoded, foreign]);

/** Fields of the result that tables have (`results.csv`). */
export const columns = [
  "duration_seconds",
  "sample_rate",
  "channels",
  "bits_per_sample",
  "encoding",
  "rms",
  "rms_dbfs",
  "peak",
  "peak_dbfs",
  "loudness_lufs",
  "zero_crossing_rate",
] as const;
