import type { StepFile } from "../task.ts";
import { countFrames } from "./blocks.ts";
import { codecFor } from "./codecs/choose.ts";
import { measure } from "./measure.ts";
import type { AudioOptions } from "./options.ts";
import { type Description, describeMeasured, describeUndecoded } from "./report.ts";
import { readMetadata } from "./wav/metadata.ts";
import type { Wav } from "./wav/read.ts";

interface Recording {
  readonly file: StepFile;
  readonly wav: Wav;
  readonly options: AudioOptions;
  readonly progress: (done: number) => void;
}

/** Measures a recording block by block; for encodings that are not decoded it reports the header only. */
export async function analyse({ file, wav, options, progress }: Recording): Promise<Description> {
  const { format, data } = wav;
  const metadata = await readMetadata(file, wav, format.sampleRate);
  const codec = codecFor(wav);
  if (codec === undefined) return describeUndecoded({ file, wav, metadata });
  const source = { file, data, codec, channels: format.channels };
  const frames = countFrames(source);
  const measures = await measure({ source, frames, format, options, progress });
  return describeMeasured({ file, wav, metadata, codec, frames, options, measures });
}
