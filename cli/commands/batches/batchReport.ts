import { printable, printableJson } from "../../../shared/printable.ts";
import { EXIT } from "../../exit.ts";
import type { InputProblem } from "../../files/look.ts";
import type { Terminal } from "../../output/terminal.ts";
import { counted } from "../../output/words.ts";
import { filesThatEnded, type JobOutcome } from "../jobOutcome.ts";
import { LeftOutTally } from "../leftOut.ts";
import { outcomeDocument } from "../uploadJson.ts";
import { type FollowFlags, printFiles, problemsOf } from "../uploadReport.ts";

/** What becomes of the files of an upload in several jobs: told job by job, and counted. */
export class BatchReport {
  readonly leftOut = new LeftOutTally();
  /** Number of files that were done before. */
  skipped = 0;
  readonly #terminal: Terminal;
  readonly #flags: FollowFlags;
  /** Called before something is printed. */
  readonly #onPrint: () => void;
  readonly #told = new Set<string>();
  #jobs = 0;
  #done = 0;
  #notDone = 0;

  constructor(terminal: Terminal, flags: FollowFlags, onPrint: () => void) {
    this.#terminal = terminal;
    this.#flags = flags;
    this.#onPrint = onPrint;
  }

  /** Number of files that were sent, or were to be. */
  get sent(): number {
    return this.#done + this.#notDone;
  }

  /** A file with a problem is told of once. */
  addProblems(problems: readonly InputProblem[]): void {
    const fresh = problems.filter(({ path }) => !this.#told.has(path));
    if (fresh.length === 0) return;
    for (const { path } of fresh) this.#told.add(path);
    this.#notDone += fresh.length;
    this.#onPrint();
    if (this.#flags.json === true) this.#terminal.print(printableJson({ unreadable: fresh }));
    else for (const problem of fresh) this.#terminal.note(printable(lineOf(problem)));
  }

  addJob(outcome: JobOutcome): void {
    const problems = problemsOf(outcome).length;
    this.#jobs += 1;
    this.#notDone += problems;
    this.#done += filesThatEnded(outcome.files).length + outcome.unreadable.size - problems;
    this.#onPrint();
    if (this.#flags.json === true) this.#terminal.print(printableJson(outcomeDocument(outcome)));
    else printFiles(this.#terminal, this.#flags, { outcome, problems: [], leftOut: 0 });
  }

  /** A job that is gone at the master. */
  addLost(id: string, files: number): void {
    this.#notDone += files;
    this.#onPrint();
    this.#terminal.note(printable(`job ${id} is gone at the master, before ${counted(files, "file")} ended`));
  }

  /** Prints the counts. */
  close(): void {
    this.#onPrint();
    const { total, byExtension } = this.leftOut;
    const counts = { jobs: this.#jobs, done: this.#done, not_done: this.#notDone, skipped: this.skipped };
    const left = { count: total, extensions: Object.fromEntries(byExtension) };
    if (this.#flags.json === true) this.#terminal.print(printableJson({ ...counts, left_out: left }));
    else if (this.#flags.quiet !== true) this.#terminal.print(this.#terminal.paint("bold", this.#summary()));
  }

  get code(): number {
    return this.#notDone > 0 ? EXIT.failed : EXIT.done;
  }

  #summary(): string {
    const parts = [
      `${counted(this.#done, "file")} done in ${counted(this.#jobs, "job")}`,
      this.#notDone > 0 ? `${this.#notDone} not done` : "",
      this.skipped > 0 ? `${this.skipped} done before` : "",
      this.leftOut.total > 0 ? `${this.leftOut.total} left out` : "",
    ];
    return parts.filter(Boolean).join(", ");
  }
}

function lineOf({ path, code, error }: InputProblem): string {
  return `not sent  ${path}  ${code}: ${error}`;
}
