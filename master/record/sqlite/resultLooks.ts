import {
  type InputFilter,
  MOST_SEEN,
  type RecordedResult,
  type RecordedResults,
  type ResultsOfInput,
  type ResultWish,
} from "../recordedResults.ts";
import { keysOfInput } from "../reuseKeys.ts";
import { fileFrom } from "../rows.ts";
import type { Database, Statement } from "./database.ts";

/** The key of a file in one value: its index, a space, its job. */
const FOUND = `SELECT asked.key AS wish, (
    SELECT reusable.idx || ' ' || reusable.job FROM reusable JOIN files USING (job, idx) JOIN jobs ON jobs.id = job
      WHERE reuse_key = asked.value ->> 1 AND files.sha256 = asked.value ->> 0
      ORDER BY reusable.made_by DESC, reusable.job DESC, reusable.idx DESC LIMIT 1
  ) AS found FROM json_each(?) AS asked`;

/** The index has them in this order, so that not more of them are read. */
const OF_INPUT = `FROM (
    SELECT job, idx FROM reusable WHERE substr(reuse_key, 1, 17) = ?1
      ORDER BY job DESC, idx DESC LIMIT ${MOST_SEEN + 1}
  ) AS seen JOIN files USING (job, idx) JOIN jobs ON jobs.id = job
  WHERE sha256 = ?2 AND (?3 IS NULL OR task = ?3) AND (?4 IS NULL OR client = ?4)`;

/** Looks for results by the bytes of their inputs. */
export class ResultLooks implements RecordedResults {
  readonly #requireOpen: () => void;
  readonly #found: Statement;
  readonly #file: Statement;
  readonly #ofInput: Statement;
  readonly #count: Statement;

  constructor(db: Database, requireOpen: () => void) {
    this.#requireOpen = requireOpen;
    this.#found = db.prepare(FOUND);
    this.#file = db.prepare("SELECT * FROM files WHERE job = ? AND idx = ?");
    // The rows of files may be long: only those of the page are read.
    const page = `SELECT job, idx ${OF_INPUT} ORDER BY job DESC, idx DESC LIMIT ?5`;
    this.#ofInput = db.prepare(
      `SELECT files.* FROM (${page}) JOIN files USING (job, idx) ORDER BY job DESC, idx DESC`,
    );
    this.#count = db.prepare(`SELECT COUNT(*) AS results ${OF_INPUT}`);
  }

  async find(wishes: readonly ResultWish[]): Promise<(RecordedResult | undefined)[]> {
    this.#requireOpen();
    const results = new Array<RecordedResult | undefined>(wishes.length).fill(undefined);
    const asked = JSON.stringify(wishes.map(({ sha256, reuseKey }) => [sha256, reuseKey]));
    for (const { wish, found } of this.#found.all(asked)) {
      if (found === null) continue;
      const [index, job = ""] = String(found).split(" ", 2);
      const row = this.#file.get(job, Number(index));
      if (row !== undefined) results[Number(wish)] = { job, file: fileFrom(row) };
    }
    return results;
  }

  async ofInput({ sha256, task, client, limit }: InputFilter): Promise<ResultsOfInput> {
    this.#requireOpen();
    const values = [keysOfInput(sha256), sha256, task ?? null, client ?? null];
    const rows = this.#ofInput.all(...values, limit);
    const total = Number(this.#count.get(...values)?.results);
    return { total, results: rows.map((row) => ({ job: String(row.job), file: fileFrom(row) })) };
  }
}
