import { FileError } from "../../errors.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { JsonObject, Step, StepFile } from "../task.ts";
import { analyse } from "./analyse.ts";
import { describeForeign } from "./foreign.ts";
import type { AudioOptions } from "./options.ts";
import { beginningOf } from "./wav/chunks.ts";
import { readWav } from "./wav/read.ts";

/** One recording -> its result. @throws FileError `empty_file`, `corrupt_file`, `wrong_type`, `too_large`. */
const main: Step<AudioOptions> = async ({ task, files, options }, { progress }) => {
  const file = onlyFile(files);
  const { fields, summary } = await describe(file, options, progress);
  return jsonResult({ task, file, summary }, fields);
};

export const steps = { main };

async function describe(
  file: StepFile,
  options: AudioOptions,
  progress: (done: number) => void,
): Promise<{ fields: JsonObject; summary: string }> {
  if (file.bytes === 0) throw new FileError("empty_file", "The file is empty.");
  const beginning = await beginningOf(file);
  if (beginning === undefined) return describeForeign(file);
  const wav = await readWav(file, beginning);
  return analyse({ file, wav, options, progress });
}
