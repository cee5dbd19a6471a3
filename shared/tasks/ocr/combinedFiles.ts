import { mapGroups, mergeFiles } from "../merge.ts";
import type { FileRef, RunContext } from "../task.ts";

/** PDFs that one unit combines. */
const WIDTH = 32;

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

  /** Attaches one PDF of all of them, in the order of the upload. A file that cannot be combined is left out, which a warning says. */
  async attach(): Promise<void> {
    const inOrder = this.#files.toSorted((a, b) => a.index - b.index);
    const unitOf = (group: readonly ReadFile[]) => ({ files: group.map(({ file }) => file) });
    const call = { name: "combine", step: "combine", width: WIDTH, unitOf };
    const { files, failed } = await mapGroups(this.#job, call, inOrder);
    const [whole] = await mergeFiles(this.#job, { step: "combine", width: WIDTH, most: 1 }, files);
    if (whole !== undefined) await this.#job.attach(`combined-${this.#job.jobId}.pdf`, whole);
    const [first] = failed;
    if (first === undefined) return;
    const message = `Files are not in the combined PDF, though they have a PDF of their own: ${first.part.error}`;
    const indexes = failed.map(({ item }) => item.index);
    await this.#job.warn({
      code: "not_combined",
      message: message.slice(0, 400),
      count: failed.length,
      files: indexes.slice(0, 100),
    });
  }
}
