import { StringDecoder } from "node:string_decoder";
import { badAnswer } from "./errors.ts";

/** Greatest length of a line, characters. A master sends shorter lines, because they hold no results. */
const MAX_LINE = 8 * 1024 * 1024;

/** Yields the JSON documents of a newline-delimited stream. @throws AppError `bad_answer` */
export async function* readJsonLines(stream: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) throw badAnswer("a line of it is too long");
    for (const line of lines) if (line.trim() !== "") yield parse(line);
  }
  if (rest.trim() !== "") yield parse(rest);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw badAnswer("a line of it is not JSON", cause);
  }
}
