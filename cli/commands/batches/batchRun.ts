import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Pending } from "../../../shared/async/pending.ts";
import { CodedError } from "../../../shared/errors.ts";
import { printable } from "../../../shared/printable.ts";
import { keyOf } from "../../files/collect.ts";
import type { LocalInput } from "../../files/look.ts";
import type { Journal } from "../../journal/journal.ts";
import { type FollowRequest, followJob } from "../followJob.ts";
import { emptyOutcome, type FileOutcome, filesThatEnded, type JobOutcome } from "../jobOutcome.ts";
import { type JobRequest, submitJob } from "../sendJob.ts";
import { batchFileOf, stampOf } from "./batchInput.ts";
import type { BatchReport } from "./batchReport.ts";

export interface BatchDeps {
  /** All that the jobs have in common. */
  readonly request: Omit<JobRequest, "inputs" | "idempotencyKey">;
  readonly journal: Journal | undefined;
  readonly report: BatchReport;
  readonly note: (line: string) => void;
  /** Whether a batch is sent again and again when the master cannot take it now. */
  readonly patience: "endless" | "none";
}

/** A batch that the master has as a job. */
export interface Flight extends Pick<FollowRequest, "job" | "sent" | "isContinued"> {
  readonly key: string;
  readonly inputs: readonly LocalInput[];
  readonly outcome: JobOutcome;
}

/** Jobs that are under way at the same time: slaves have work while the next files are sent. */
const JOBS_AT_ONCE = 3;
const PAUSE_MS = 10_000;
/** Refusals for the sake of some of the files: the others are accepted. */
const OF_SOME_FILES = ["too_large", "too_many_files"];

/** Sends batches of files, each as a job, and follows the jobs; the journal knows each file whose result is there. */
export class BatchRun {
  readonly #deps: BatchDeps;
  readonly #pending = new Pending(JOBS_AT_ONCE);
  readonly #flights = new Set<Flight>();
  readonly #underWay = new Map<string, LocalInput>();

  constructor(deps: BatchDeps) {
    this.#deps = deps;
  }

  /** The jobs that have not ended. */
  get flights(): readonly Flight[] {
    return [...this.#flights];
  }

  /** Whether a file is in a job that has not ended, as it is now. */
  isUnderWay(input: LocalInput): boolean {
    const sent = this.#underWay.get(keyOf(input));
    return sent !== undefined && sent.bytes === input.bytes && [0, input.modified].includes(sent.modified);
  }

  /** Sends a batch when there is room for a job more, and resolves when the master has it. */
  async send(inputs: readonly LocalInput[], key = randomBytes(16).toString("hex")): Promise<void> {
    const { request, journal } = this.#deps;
    await this.#pending.room(request.signal);
    for (const input of inputs) this.#underWay.set(keyOf(input), input);
    await journal?.begun(key, inputs.map(batchFileOf));
    const outcome = emptyOutcome();
    try {
      const { job, sent } = await submitJob({ ...request, inputs, idempotencyKey: key }, outcome);
      const indexes = new Map(inputs.map((input, index) => [input, index]));
      await journal?.sent(
        key,
        job.id,
        sent.map((input) => indexes.get(input) ?? 0),
      );
      this.follow({ key, inputs, outcome, job, sent });
    } catch (error) {
      await this.#refused(error, { key, inputs, outcome });
    }
  }

  /** Follows a job that the master has. */
  follow(flight: Flight): void {
    for (const input of flight.inputs) this.#underWay.set(keyOf(input), input);
    this.#flights.add(flight);
    this.#pending.start(this.#untilEnded(flight));
  }

  /** Resolves when all jobs have ended. */
  async ended(): Promise<void> {
    await this.#pending.all(this.#deps.request.signal);
  }

  async #untilEnded(flight: Flight): Promise<void> {
    const { request, report } = this.#deps;
    const { job, sent, outcome, isContinued } = flight;
    const isKnown: FollowRequest["isKnown"] = ({ index, sha256, state }) =>
      state === "done" && this.#isKnown(sent[index], sha256);
    const own = { job, sent, ...(isContinued === true ? { isContinued, isKnown } : {}) };
    const recorded = new Pending(Number.POSITIVE_INFINITY);
    const onEnded = (file: FileOutcome) => recorded.start(this.#recorded(file, flight));
    try {
      await followJob({ ...request, ...own, onEnded }, outcome);
      report.addJob(outcome);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== "no_such_job") throw error;
      report.addLost(job.id, sent.length - filesThatEnded(outcome.files).length);
    }
    await recorded.all();
    this.#flights.delete(flight);
    await this.#over(flight);
  }

  /** Whether the result of a file was there before this run of the command. */
  #isKnown(input: LocalInput | undefined, sha256: string): boolean {
    return input !== undefined && this.#deps.journal?.wasDone(keyOf(input), sha256) === true;
  }

  #recorded({ view, saveFailure }: FileOutcome, { sent }: Flight): Promise<void> | undefined {
    const input = sent[view.index];
    if (input === undefined || view.state !== "done" || saveFailure !== undefined) return undefined;
    return this.#deps.journal?.done(keyOf(input), stampOf(input), view.sha256);
  }

  /** A batch that the master does not take as it is. @throws the error when it is not about the files */
  async #refused(error: unknown, batch: Pick<Flight, "key" | "inputs" | "outcome">): Promise<void> {
    const { report, request, note, patience } = this.#deps;
    const { key, inputs, outcome } = batch;
    request.signal.throwIfAborted();
    const isUnreadable = outcome.unreadable.size === inputs.length;
    if (isUnreadable) report.addProblems([...outcome.unreadable.values()]);
    else if (!(error instanceof CodedError)) throw error;
    else if (error.status >= 500 && patience === "endless") {
      note(printable(`${error.message} Trying again.`));
      await sleep(PAUSE_MS, undefined, { signal: request.signal }).catch(() =>
        request.signal.throwIfAborted(),
      );
      return await this.send(inputs, key);
    } else if (OF_SOME_FILES.includes(error.code)) return await this.#divided(error, batch);
    // The files are sent under a new key when they are found again.
    else if (error.code !== "idempotency_mismatch") throw error;
    await this.#over(batch);
  }

  /** Sends each half of a refused batch by itself; a file that is refused alone is told of. */
  async #divided(error: CodedError, batch: Pick<Flight, "key" | "inputs">): Promise<void> {
    const { inputs } = batch;
    const [only] = inputs;
    await this.#over(batch);
    if (inputs.length === 1 && only !== undefined)
      return this.#deps.report.addProblems([{ path: only.path, code: error.code, error: error.message }]);
    const half = Math.ceil(inputs.length / 2);
    await this.send(inputs.slice(0, half));
    await this.send(inputs.slice(half));
  }

  async #over({ key, inputs }: Pick<Flight, "key" | "inputs">): Promise<void> {
    await this.#deps.journal?.ended(key);
    for (const input of inputs)
      if (this.#underWay.get(keyOf(input)) === input) this.#underWay.delete(keyOf(input));
  }
}
