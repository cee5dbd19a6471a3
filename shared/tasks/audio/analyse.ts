import { FileError } from "../../errors.ts";
import type { JsonObject, StepFile } from "../task.ts";
import { blocksOf, countFrames } from "./blocks.ts";
import { codecFor } from "./codecs/choose.ts";
import { type Level, levelMeter } from "./meters/levels.ts";
import type { AudioOptions } from "./options.ts";
import { encodingName } from "./wav/format.ts";
import type { Wav } from "./wav/read.ts";

interface Recording {
  readonly file: StepFile;
  readonly wav: Wav;
  readonly options: AudioOptions;
  readonly progress: (done: number) => void;
}

/** Measures a WAV file, block by block. */
export async function analyse({
  file,
  wav,
  progress,
}: Recording): Promise<{ fields: JsonObject; summary: string }> {
  const { format, data, riff } = wav;
  const codec = codecFor(wav);
  if (codec === undefined) throw new FileError("unsupported_format", "This encoding is not decoded.");
  const source = { file, data, codec, channels: format.channels };
  const total = countFrames(source);
  const levels = levelMeter(format.channels);
  let frames = 0;
  for await (const block of blocksOf(source)) {
    levels.add(block);
    frames += block.frames;
    progress(frames / total);
  }
  const { all, perChannel } = levels.result();
  const fields = {
    duration_seconds: frames / format.sampleRate,
    sample_rate: format.sampleRate,
    channels: format.channels,
    sample_width: codec.sampleWidth,
    rms_energy: all.rms * codec.fullScale,
    zero_crossings: all.zeroCrossings,
    file_size_bytes: file.bytes,
    format: "wav",
    encoding: encodingName(format, riff.bigEndian),
    bits_per_sample: format.bits,
    ...levelFields(all),
    per_channel: perChannel.map(levelFields),
  };
  return { fields, summary: `${fields.duration_seconds.toFixed(2)} s, ${format.sampleRate} Hz` };
}

function levelFields(level: Level): JsonObject {
  return { rms: level.rms, peak: level.peak, dc_offset: level.dcOffset };
}
