import { z } from "zod";

export const options = z.strictObject({
  waveform_points: z
    .int()
    .min(0)
    .max(10_000)
    .default(1_000)
    .describe("Number of points of the waveform overview, at most one for each frame; 0 leaves it out."),
  levels: z
    .boolean()
    .default(true)
    .describe("Whether RMS, peak, offset, crest factor and zero crossings are measured."),
  silence: z.boolean().default(true).describe("Whether silence is measured."),
  silence_dbfs: z
    .number()
    .min(-120)
    .max(0)
    .default(-60)
    .describe("Windows with an RMS below this level, in dBFS, count as silence."),
  spectrum: z
    .boolean()
    .default(true)
    .describe("Whether spectral centroid, bandwidth and roll-off are measured."),
  fft_size: z
    .literal([256, 512, 1024, 2048, 4096, 8192, 16384])
    .default(2048)
    .describe("Frame length of the spectrum, in samples."),
  loudness: z
    .boolean()
    .default(true)
    .describe("Whether loudness, loudness range and true peak are measured."),
  true_peak: z.boolean().default(true).describe("Whether the true peak is measured, where loudness is."),
});

export type AudioOptions = z.infer<typeof options>;
