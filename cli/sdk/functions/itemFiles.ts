import { RequestError } from "../../../shared/errors.ts";
import { toTypedText } from "../../../shared/values/typedJson.ts";
import type { FileInput } from "../files.ts";
import { randomName } from "../submit.ts";

export type Items<Item> = Iterable<Item> | AsyncIterable<Item>;

/** Files of a list whose length is known, so that every slot has work and results come early. */
const FILES = 16;
/** Most items of a file of a list whose length is not known. */
const MOST_ITEMS = 2_000;
/** Characters after which a file ends; a slave reads a larger one twice. */
const MOST_CHARACTERS = 1_000_000;

/** The items of a map as files that are made while they are sent. */
export class ItemFiles {
  /** Index of the first item of each file that was made, and the number of items. */
  readonly #starts: number[] = [];
  readonly #items: Items<unknown>;
  readonly #width: number;
  readonly #name: string;
  #count = 0;

  constructor(items: Items<unknown>, name: string, concurrency: number | undefined) {
    const files = Math.min(FILES, concurrency ?? FILES);
    this.#items = items;
    // A name of its own: where later jobs take the names of results, a call that runs beside this one must not.
    this.#name = `${name}-${randomName().slice(0, 8)}`;
    this.#width = Array.isArray(items) ? Math.max(1, Math.ceil(items.length / files)) : MOST_ITEMS;
  }

  get count(): number {
    return this.#count;
  }

  /** Indexes of the first item of a file, and of the one after its last. */
  rangeOf(file: number): readonly [from: number, to: number] {
    return [this.#starts[file] ?? 0, this.#starts[file + 1] ?? this.#count];
  }

  async *files(): AsyncGenerator<FileInput> {
    let lines: string[] = [];
    let characters = 0;
    for await (const item of this.#items) {
      if (lines.length === 0) this.#starts.push(this.#count);
      const line = this.#lineOf(item);
      lines.push(line);
      characters += line.length;
      this.#count += 1;
      if (lines.length < this.#width && characters < MOST_CHARACTERS) continue;
      yield this.#fileOf(lines);
      lines = [];
      characters = 0;
    }
    if (lines.length > 0) yield this.#fileOf(lines);
  }

  #fileOf(lines: readonly string[]): FileInput {
    const number = String(this.#starts.length).padStart(4, "0");
    return { name: `${this.#name}-${number}.ndjson`, bytes: `${lines.join("\n")}\n` };
  }

  /** @throws RequestError `bad_item` */
  #lineOf(item: unknown): string {
    try {
      return toTypedText(item);
    } catch (error) {
      throw new RequestError("bad_item", `Item ${this.#count} cannot be sent: ${String(error)}`);
    }
  }
}
