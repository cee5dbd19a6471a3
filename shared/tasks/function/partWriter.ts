import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { StepOutput } from "../task.ts";

/** Characters that are held in memory. */
const MOST_HELD = 256 * 1_024;

/** Collects the text of a part: in memory while it is small, else in a file of the unit's folder. */
export class PartWriter {
  readonly #path: string;
  #held: string[] = [];
  #characters = 0;
  #file: FileHandle | undefined;
  /** Bytes that are in the file. */
  #written = 0;

  constructor(folder: string) {
    this.#path = join(folder, "part");
  }

  add(text: string): void {
    this.#held.push(text);
    this.#characters += text.length;
  }

  /** To be called now and then: so much is never held that memory would run out. */
  async settle(): Promise<void> {
    if (this.#characters > MOST_HELD) await this.#flush();
  }

  /** Bytes of all text so far. */
  async bytes(): Promise<number> {
    if (this.#file !== undefined) await this.#flush();
    return this.#written + this.#held.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  }

  async finish(): Promise<StepOutput["body"]> {
    if (this.#file === undefined) return Buffer.from(this.#held.join(""));
    await this.#flush();
    await this.#file.close();
    return { path: this.#path };
  }

  async #flush(): Promise<void> {
    this.#file ??= await open(this.#path, "w");
    const bytes = Buffer.from(this.#held.join(""));
    this.#held = [];
    this.#characters = 0;
    this.#written += bytes.length;
    await this.#file.write(bytes);
  }
}
