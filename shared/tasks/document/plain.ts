import { FileError } from "../../errors.ts";
import type { JsonObject, StepFile } from "../task.ts";
import type { DocumentOptions } from "./options.ts";
import { countCharacters, countWords, cut } from "./words.ts";

/** Fields of a text or Markdown file. */
export async function plainFields(file: StepFile, options: DocumentOptions): Promise<JsonObject> {
  const text = decode(await file.read());
  const character_count = countCharacters(text);
  return {
    document_type: "Generic Text",
    text_content: cut(text, options.max_characters),
    word_count: countWords(text),
    character_count,
    truncated: character_count > options.max_characters,
    file_size_bytes: file.bytes,
  };
}

function decode(bytes: Buffer): string {
  if (bytes.includes(0))
    throw new FileError("wrong_type", "The file holds binary data. Send a PDF, DOCX or text file.");
  return new TextDecoder("utf-8").decode(bytes);
}
