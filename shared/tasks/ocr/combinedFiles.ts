import { mapAll, mapGroups, UnitError } from "../merge.ts";
import type { FileRef, RunContext } from "../task.ts";

/** Most PDFs that one unit combines, and the most bytes of several: a child holds one of the files of a unit at a time. */
const WIDTH = 32;
const MOST_BYTES = 64 * 2 ** 20;

interface ReadFile {
  readonly index: number;
  readonly file: FileRef;
}

/** The PDFs of the files of a job (`combine`). */
export class CombinedFiles {
  readonly #job: RunContext;
  readonly #files: ReadFile[] = [];

  constructor(job: RunContext) {
    this.#job = job;
  }

  add(index: number, file: FileRef): void {
    this.#files.push({ index, file });
  }

  /**
   * Attaches one PDF of all of them, in the order of the upload. A file that cannot be combined is left out, which a
   * warning says; so does one of all files where the whole cannot be written.
   */
  async attach(): Promise<void> {
    const inOrder = this.#files.toSorted((a, b) => a.index - b.index);
    try {
      await this.#combine(inOrder);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      await this.#warn(error.message, inOrder);
    }
  }

  async #combine(inOrder: readonly ReadFile[]): Promise<void> {
    const unitOf = (group: readonly ReadFile[]) => ({ files: group.map(({ file }) => file) });
    const most = { bytes: MOST_BYTES, of: ({ file }: ReadFile) => file.bytes };
    const call = { name: "combine", step: "combine", width: WIDTH, most, unitOf };
    const { files, failed } = await mapGroups(this.#job, call, inOrder);
    const whole = await this.#whole(files);
    if (whole !== undefined) await this.#job.attach(`combined-${this.#job.jobId}.pdf`, whole);
    const [first] = failed;
    if (first === undefined) return;
    await this.#warn(
      first.part.error,
      failed.map(({ item }) => item),
    );
  }

  /** One unit writes all of them: more levels would write each page once more, and read files as large as the whole. */
  async #whole(files: readonly FileRef[]): Promise<FileRef | undefined> {
    if (files.length < 2) return files[0];
    const units = [{ files, fileBudgets: this.#files.length }];
    const [whole] = await mapAll(this.#job, { name: "combine-whole", step: "combine" }, units);
    return whole;
  }

  async #warn(reason: string, files: readonly ReadFile[]): Promise<void> {
    const message = `Files are not in the combined PDF, though they have a PDF of their own: ${reason}`;
    await this.#job.warn({
      code: "not_combined",
      message: message.slice(0, 400),
      count: files.length,
      files: files.slice(0, 100).map(({ index }) => index),
    });
  }
}
