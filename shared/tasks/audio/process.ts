import { FileError } from "../../errors.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { Step, StepFile } from "../task.ts";
import { analyse } from "./analyse.ts";
import { readContainer } from "./containers/read.ts";
import { type DescribedRecording, describeForeign } from "./foreign.ts";
import { readMp3 } from "./mp3/read.ts";
import type { AudioOptions } from "./options.ts";

/** One recording -> its result. @throws FileError `empty_file`, `corrupt_file`, `wrong_type`, `too_large`. */
const main: Step<AudioOptions> = async ({ task, files, options }, { progress }) => {
  const file = onlyFile(files);
  const { fields, ...told } = await describe(file, options, progress);
  return jsonResult({ task, file, ...told }, fields);
};

export const steps = { main };

async function describe(
  file: StepFile,
  options: AudioOptions,
  progress: (done: number) => void,
): Promise<DescribedRecording> {
  if (file.bytes === 0) throw new FileError("empty_file", "The file is empty.");
  const wav = (await readContainer(file)) ?? (await readMp3(file));
  if (wav === undefined) return describeForeign(file);
  return analyse({ file, wav, options, progress });
}
