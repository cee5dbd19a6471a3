import type { StepFile } from "../task.ts";
import { codecFor } from "./codecs/choose.ts";
import type { Decoder } from "./decoder.ts";
import { groupDecoder } from "./groupDecoder.ts";
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
  const { format } = wav;
  const metadata = await readMetadata(file, wav, format.sampleRate);
  const decoder = decoderOf(file, wav);
  if (decoder === undefined) return describeUndecoded({ file, wav, metadata });
  const measured = await measure({ decoder, format, options, progress });
  return describeMeasured({ file, wav, metadata, decoder, options, ...measured });
}

function decoderOf(file: StepFile, wav: Wav): Decoder | undefined {
  if (wav.packed !== undefined) return wav.packed;
  const codec = codecFor(wav);
  if (codec === undefined) return undefined;
  return groupDecoder({ file, data: wav.data, codec, channels: wav.format.channels });
}
