import type { JsonObject, StepFile } from "../task.ts";
import { blocksOf, countFrames, type Source } from "./blocks.ts";
import { codecFor } from "./codecs/choose.ts";
import { LOWEST_RATE } from "./meters/kWeighting.ts";
import { levelMeter } from "./meters/levels.ts";
import { loudnessMeter } from "./meters/loudness.ts";
import { silenceMeter } from "./meters/silence.ts";
import { spectrumMeter } from "./meters/spectrum.ts";
import { truePeakMeter } from "./meters/truePeak.ts";
import { waveformMeter } from "./meters/waveform.ts";
import type { AudioOptions } from "./options.ts";
import { describeMeasured, describeUndecoded } from "./report.ts";
import { readMetadata } from "./wav/metadata.ts";
import type { Wav } from "./wav/read.ts";

export interface Recording {
  readonly file: StepFile;
  readonly wav: Wav;
  readonly options: AudioOptions;
  readonly progress: (done: number) => void;
}

/** Fields of the result and one line of summary. */
export interface Description {
  readonly fields: JsonObject;
  readonly summary: string;
}

/** Measures a WAV file, block by block; of encodings that are not decoded it gives what the header says. */
export async function analyse(recording: Recording): Promise<Description> {
  const { file, wav, options } = recording;
  const { format, data, riff } = wav;
  const metadata = await readMetadata(file, riff, format.sampleRate);
  const codec = codecFor(wav);
  if (codec === undefined) return describeUndecoded({ file, wav, metadata });
  const source = { file, data, codec, channels: format.channels };
  const frames = countFrames(source);
  const measures = await measure(recording, source, frames);
  return describeMeasured({ file, wav, metadata, codec, frames, options, measures });
}

export type Measures = Awaited<ReturnType<typeof measure>>;

async function measure({ wav, options, progress }: Recording, source: Source, frames: number) {
  const { sampleRate, channels, channelMask } = wav.format;
  const levels = levelMeter(channels);
  const silence = silenceMeter(sampleRate, options.silence_dbfs);
  const waveform = waveformMeter(frames, options.waveform_points);
  const spectrum = options.spectrum ? spectrumMeter(sampleRate, options.fft_size) : undefined;
  const loud = options.loudness && sampleRate >= LOWEST_RATE;
  const loudness = loud ? loudnessMeter(sampleRate, channels, channelMask) : undefined;
  const truePeak = options.loudness ? truePeakMeter(channels) : undefined;
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
