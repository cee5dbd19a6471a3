import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { StepFile } from "../../task.ts";
import { LineCutter } from "./list.ts";

/** Items between two marks of a cut file. */
const MARK_EVERY = 256;
/** Bytes that are read at a time. */
const CHUNK = 256 * 1_024;

/** What is known of a cut file: a line for each item, then the offsets of every 256th one as a JSON list. */
export interface CutAbout {
  readonly items: number;
  /** Offset of the list. */
  readonly marks_at: number;
}

/** Writes the items of a large file in the form from which each unit reads its own. */
export async function writeCut(path: string, items: AsyncIterable<readonly string[]>): Promise<CutAbout> {
  const marks: number[] = [];
  let count = 0;
  let at = 0;
  async function* texts(): AsyncGenerator<string> {
    for await (const some of items) {
      for (const item of some) {
        if (count % MARK_EVERY === 0) marks.push(at);
        count += 1;
        at += Buffer.byteLength(item) + 1;
      }
      if (some.length > 0) yield `${some.join("\n")}\n`;
    }
    yield JSON.stringify(marks);
  }
  await pipeline(texts(), createWriteStream(path));
  return { items: count, marks_at: at };
}

/** Reads the items of a cut file from one on, some at a time. */
export async function* cutItems(
  file: StepFile,
  { marks_at: end }: CutAbout,
  from: number,
): AsyncGenerator<string[]> {
  const marks = JSON.parse((await file.slice(end, file.bytes - end)).toString()) as readonly number[];
  const mark = Math.floor(from / MARK_EVERY);
  const cutter = new LineCutter(file.filename);
  let skip = from - mark * MARK_EVERY;
  for (let at = marks[mark] ?? end; at < end; at += CHUNK) {
    const items = cutter.push(await file.slice(at, Math.min(CHUNK, end - at)));
    yield skip > 0 ? items.slice(skip) : items;
    skip = Math.max(0, skip - items.length);
  }
}
