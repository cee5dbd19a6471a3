import { blocksOf, type SampleSource } from "./blocks.ts";
import { LOWEST_RATE } from "./meters/kWeighting.ts";
import { levelMeter } from "./meters/levels.ts";
import { loudnessMeter } from "./meters/loudness.ts";
import { silenceMeter } from "./meters/silence.ts";
import { spectrumMeter } from "./meters/spectrum.ts";
import { truePeakMeter } from "./meters/truePeak.ts";
import { waveformMeter } from "./meters/waveform.ts";
import type { AudioOptions } from "./options.ts";
import type { WavFormat } from "./wav/format.ts";

export type Measures = Awaited<ReturnType<typeof measure>>;

export interface AudioMeasures {
  readonly source: SampleSource;
  readonly frames: number;
  readonly format: WavFormat;
  readonly options: AudioOptions;
  readonly progress: (done: number) => void;
}

/** Runs all meters that the options select over the recording in one pass. */
export async function measure({ source, frames, format, options, progress }: AudioMeasures) {
  const { sampleRate, channels, channelMask } = format;
  const levels = levelMeter(channels);
  const silence = silenceMeter(sampleRate, options.silence_dbfs);
  const waveform = waveformMeter(frames, options.waveform_points);
  const spectrum = options.spectrum ? spectrumMeter(sampleRate, options.fft_size) : undefined;
  const loud = options.loudness && sampleRate >= LOWEST_RATE;
  const loudness = loud ? loudnessMeter(sampleRate, channels, channelMask) : undefined;
  const truePeak = options.loudness && options.true_peak ? truePeakMeter(channels) : undefined;
  const meters = [levels, silence, waveform, spectrum, loudness, truePeak];
  let done = 0;
  for await (const block of blocksOf(source)) {
    for (const meter of meters) meter?.add(block);
    done += block.frames;
    progress(done / frames);
  }
  return {
    levels: levels.result(),
    silence: silence.result(),
    waveform: waveform.result(),
    spectrum: spectrum?.result(),
    loudness: loudness?.result(),
    truePeak: truePeak?.result(),
  };
}
