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

export async function planOf({ text, ...decoded }: DecodedText, options: TextOptions): Promise<TextPlan> {
  const cuts = cutsOf(text, BLOCK);
  const spans = [0, ...cuts].map((from, at) => ({ from, to: cuts[at] ?? text.length }));
  return { decoded, language: await languageFor(text, decoded, options.language), spans };
}

async function languageFor(
  text: string,
  decoded: TextPlan["decoded"],
  given: string | null,
): Promise<Language> {
  if (given !== null) return languageNamed(given);
  return isUncertain(decoded) && !isMostlyAscii(text) ? UNKNOWN : await languageOf(text);
}

/** Characters from the beginning that show whether a guess at the encoding matters. */
const LOOKED_AT = 20_000;
/** Most share of characters above ASCII that leave the language to be seen. */
const FEW = 0.02;

function isMostlyAscii(text: string): boolean {
  const start = text.slice(0, LOOKED_AT);
  return (start.match(/[^\0-\x7f]/g)?.length ?? 0) <= FEW * start.length;
}
