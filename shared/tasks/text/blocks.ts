import { FileError } from "../../errors.ts";
import { type DecodedText, decodeText, isUncertain } from "../../media/text/decode.ts";
import type { StepFile } from "../task.ts";
import { type Language, languageNamed, languageOf, UNKNOWN } from "./language.ts";
import type { TextOptions } from "./options.ts";
import { cutsOf, type Span } from "./sentences.ts";

/** UTF-16 units of a block. Every text is counted block by block, by one unit or by several. */
const BLOCK = 2_000_000;

/** Facts about a decoded file, and its division into blocks. */
export interface TextPlan {
  readonly decoded: Omit<DecodedText, "text">;
  readonly language: Language;
  readonly spans: readonly Span[];
}

/** @throws FileError `wrong_type`, `too_large`, `unsupported_encoding`. */
export async function readText(file: StepFile, options: TextOptions): Promise<DecodedText> {
  if (file.bytes > options.max_bytes) {
    const limit = `the limit of ${options.max_bytes} bytes; option max_bytes raises it`;
    throw new FileError("too_large", `The text has ${file.bytes} bytes, more than ${limit}.`);
  }
  return decodeText(await file.read(), options.encoding);
}

export function planOf({ text, ...decoded }: DecodedText, options: TextOptions): TextPlan {
  const cuts = cutsOf(text, BLOCK);
  const spans = [0, ...cuts].map((from, at) => ({ from, to: cuts[at] ?? text.length }));
  return { decoded, language: languageFor(text, decoded, options.language), spans };
}

function languageFor(text: string, decoded: TextPlan["decoded"], given: string | null): Language {
  if (given !== null) return languageNamed(given);
  return isUncertain(decoded) ? UNKNOWN : languageOf(text);
}
