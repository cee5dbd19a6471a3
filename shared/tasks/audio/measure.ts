import type { Meter } from "./blocks.ts";
import type { Decoder, Faults } from "./decoder.ts";
import { LOWEST_RATE } from "./meters/kWeighting.ts";
import { levelMeter } from "./meters/levels.ts";
import { loudnessMeter } from "./meters/loudness.ts";
import { silenceMeter } from "./meters/silence.ts";
import { spectrumMeter } from "./meters/spectrum.ts";
import { truePeakMeter } from "./meters/truePeak.ts";
import { waveformMeter } from "./meters/waveform.ts";
import type { AudioOptions } from "./options.ts";
import type { WavFormat } from "./wav/format.ts";

export type Measures = Awaited<ReturnType<typeof measure>>["measures"];

export interface AudioMeasures {
  readonly decoder: Decoder;
  readonly format: WavFormat;
  readonly options: AudioOptions;
  readonly progress: (done: number) => void;
}

/** Runs all meters that the options select over the recording in one pass; nothing is decoded for no meter. */
export async function measure(recording: AudioMeasures) {
  const { decoder, options } = recording;
  const said = decoder.frames ?? (await run(decoder, [])).frames;
  const first = await measureSaid(recording, said);
  const isLonger = first.pass.frames > said;
  const { meters, pass } = isLonger ? await measureSaid(recording, first.pass.frames) : first;
  // The points of the waveform need the true number of frames.
  const isShorter = pass.frames < said;
  const waveform = isShorter ? await waveformAgain(decoder, options, pass.frames) : meters.waveform;
  const measures = {
    levels: meters.levels?.result(),
    silence: meters.silence?.result(),
    waveform: waveform?.result(),
    spectrum: meters.spectrum?.result(),
    loudness: meters.loudness?.result(),
    truePeak: meters.truePeak?.result(),
  };
  return { ...pass, measures };
}

async function measureSaid({ decoder, format, options, progress }: AudioMeasures, frames: number) {
  const meters = metersFor(format, options, frames);
  const selected = Object.values(meters).filter((meter) => meter !== undefined);
  if (selected.length === 0) return { meters, pass: { frames, invalid: 0, truncated: false, warnings: [] } };
  return { meters, pass: await run(decoder, selected, { frames, progress }) };
}

/** The meters that the options select; the others are not made. */
export function metersFor(
  { sampleRate, channels, channelMask }: Pick<WavFormat, "sampleRate" | "channels" | "channelMask">,
  options: AudioOptions,
  frames: number,
) {
  const loud = options.loudness && sampleRate >= LOWEST_RATE;
  return {
    levels: options.levels ? levelMeter(channels) : undefined,
    silence: options.silence ? silenceMeter(sampleRate, options.silence_dbfs) : undefined,
    waveform: options.waveform_points > 0 ? waveformMeter(frames, options.waveform_points) : undefined,
    spectrum: options.spectrum ? spectrumMeter(sampleRate, options.fft_size) : undefined,
    loudness: loud ? loudnessMeter(sampleRate, channels, channelMask) : undefined,
    truePeak: options.loudness && options.true_peak ? truePeakMeter(channels) : undefined,
  };
}

interface Pass extends Faults {
  readonly frames: number;
  /** Number of NaN and infinite samples, which count as 0. */
  readonly invalid: number;
}

type AnyMeter = Pick<Meter<unknown>, "add">;

interface Expected {
  readonly frames: number;
  readonly progress: (done: number) => void;
}

/** Decodes all; meters get no more than the expected frames and the rest of their block. */
async function run(
  decoder: Decoder,
  meters: readonly AnyMeter[],
  { frames: most, progress }: Expected = { frames: 0, progress: () => undefined },
): Promise<Pass> {
  const faults: Faults = { truncated: false, warnings: [] };
  let [frames, invalid] = [0, 0];
  for await (const block of decoder.blocks(faults)) {
    if (frames <= most) for (const meter of meters) meter.add(block);
    frames += block.frames;
    invalid += block.invalid;
    progress(Math.min(1, frames / most));
  }
  return { ...faults, frames, invalid };
}

async function waveformAgain(decoder: Decoder, { waveform_points: points }: AudioOptions, frames: number) {
  if (points === 0) return undefined;
  const waveform = waveformMeter(frames, points);
  await run(decoder, [waveform], { frames, progress: () => undefined });
  return waveform;
}
