import type { Logger } from "../../shared/logger.ts";
import type { QueuedUnit } from "../queue/port.ts";
import type { Speculation } from "../record/job.ts";
import type { RecordOfJobs } from "../record/port.ts";
import { isJobOver } from "../record/transition.ts";

const NONE: Speculation = { copies: 0, copiesFirst: 0, secondsSaved: 0 };

/**
 * Counts second copies of late units: for this process, and in the record of each job.
 *
 * The first copy is stopped once the second one has answered, so the seconds saved are an estimate: that the first
 * copy would have run as long again as it had by then. That is the expected rest of a time with a Pareto distribution
 * of exponent 2, which the times of late units resemble. For a first copy whose slave was lost nothing is counted.
 */
export class SpeculationBook {
  readonly #jobs: Pick<RecordOfJobs, "apply">;
  readonly #logger: Logger;
  #total = NONE;

  constructor(jobs: Pick<RecordOfJobs, "apply">, logger: Logger) {
    this.#jobs = jobs;
    this.#logger = logger;
  }

  /** Since this process began. */
  get total(): Speculation {
    return this.#total;
  }

  /** A second copy was sent. */
  copied(unit: QueuedUnit): void {
    this.#count(unit, { ...NONE, copies: 1 });
  }

  /** The second copy answered, while the first one had run for so many seconds; 0 if its slave was lost. */
  copyFirst(unit: QueuedUnit, seconds: number): void {
    this.#count(unit, { ...NONE, copiesFirst: 1, secondsSaved: seconds });
  }

  #count({ job }: QueuedUnit, more: Speculation): void {
    const { copies, copiesFirst, secondsSaved } = this.#total;
    this.#total = {
      copies: copies + more.copies,
      copiesFirst: copiesFirst + more.copiesFirst,
      secondsSaved: secondsSaved + more.secondsSaved,
    };
    this.#jobs.apply(job, [{ type: "speculated", ...more }]).catch((error: unknown) => {
      // A job that was just cancelled needs no count.
      if (!isJobOver(error))
        this.#logger.warn({ err: error, job }, "a second copy is missing in the job's counts");
    });
  }
}
