import { FileError } from "../../errors.ts";
import { jsonResult, onlyFile } from "../result.ts";
import type { StepInput, StepOutput, TaskProcess } from "../task.ts";
import { createAfinn } from "./afinn.ts";
import { decodeText } from "./decode.ts";
import { languageNamed, languageOf } from "./language.ts";
import { TEXT_SCHEMA, type TextOptions } from "./options.ts";
import { report } from "./report.ts";
import { commonWordsOf } from "./stopWords.ts";
import { type TallyTools, tallyOf } from "./tally.ts";
import { createVader } from "./vader/score.ts";

const scorers = once(() => ({ vader: createVader(), afinn: createAfinn() }));

export const textProcess: TaskProcess = {
  steps: { analyse },
  warmUp: async () => void scorers(),
};

/** @throws FileError `wrong_type`, `too_large`, `unsupported_encoding`. */
async function analyse({ files, options }: StepInput): Promise<StepOutput> {
  const chosen = options as TextOptions;
  const file = onlyFile(files);
  if (file.bytes > chosen.max_bytes) {
    const limit = `the limit of ${chosen.max_bytes} bytes; option max_bytes raises it`;
    throw new FileError("too_large", `The text has ${file.bytes} bytes, more than ${limit}.`);
  }
  const decoded = decodeText(await file.read(), chosen.encoding);
  const language = chosen.language === null ? languageOf(decoded.text) : languageNamed(chosen.language);
  const tools: TallyTools = {
    ...scorers(),
    commonWords: commonWordsOf(language.tag),
    sentences: chosen.sentences,
  };
  const tally = tallyOf(decoded.text, tools);
  const short = tally.characters <= chosen.whole_text_characters;
  const whole = short ? tools.vader(decoded.text) : null;
  const { fields, summary } = report({ decoded, language, tally, whole, options: chosen });
  return jsonResult({ task: "text", schemaVersion: TEXT_SCHEMA, file, summary }, fields);
}

function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
