import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { isErrno } from "../../shared/errors.ts";

const contents = z.array(z.strictObject({ slots: z.number().int().min(1).max(1024) }));

/** The slots of the local slaves, in a file, so that a restarted master starts the same slaves again. */
export class LocalRoster {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** The slots of each local slave; an empty list without a file. @throws Error when the file is not valid */
  async read(): Promise<readonly number[]> {
    try {
      return contents.parse(JSON.parse(await readFile(this.#file, "utf8"))).map(({ slots }) => slots);
    } catch (error) {
      if (isErrno(error, "ENOENT")) return [];
      throw error;
    }
  }

  /** Writes run one after the other, so that the last one wins. */
  async write(slots: readonly number[]): Promise<void> {
    const text = JSON.stringify(slots.map((count) => ({ slots: count })));
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#replace(text));
    await this.#writing;
  }

  async #replace(text: string): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    const temporary = `${this.#file}.new`;
    await writeFile(temporary, text);
    await rename(temporary, this.#file);
  }
}
