import { AppError } from "../../shared/errors.ts";
import { timeOfJobId } from "../record/jobId.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { UploadRecord, UploadUse } from "../record/uploads.ts";
import type { ByteStore, StoredObject } from "../store/port.ts";
import type { UploadBytes } from "./bytes.ts";
import { noSuchUpload, uploadDamaged, uploadUnfinished, uploadUsed } from "./errors.ts";

export interface JobUploadsDeps {
  readonly jobs: Pick<RecordOfJobs, "get" | "uploads" | "masters">;
  readonly bytes: UploadBytes;
  readonly store: Pick<ByteStore, "remove">;
  /** Time after its use for which the record of an upload is kept. */
  readonly keepSeconds: number;
  /** Jobs of this process that are between claim and record. */
  readonly underWay: Set<string>;
}

/** Time in which another master records a job after its request came, or gives its uploads back. */
const CLAIM_MS = 600_000;

/** A whole upload as an input of a job. Its key is empty where another job has it: its digest alone is known. */
export interface UploadInput extends StoredObject {
  readonly upload: UploadRecord;
}

/**
 * Uploads that become inputs of one job. Their bytes get second names first, then the record gives the uploads to the job,
 * then the job is recorded, and at last the bytes lose their first names: a kill in between loses nothing.
 */
export class JobUploads {
  readonly #deps: JobUploadsDeps;
  readonly #job: string;
  readonly #inputs: UploadInput[] = [];

  constructor(deps: JobUploadsDeps, job: string) {
    this.#deps = deps;
    this.#job = job;
  }

  /**
   * Makes inputs of whole uploads. One that a job has already becomes an input without bytes, so that a request with a key
   * that comes again can be known by its digest; `during` refuses it.
   * @throws AppError `upload_unfinished` (409), `no_such_upload` (404), `upload_used` (409), `upload_damaged` (410), `no_space`
   */
  async take(uploads: readonly UploadRecord[]): Promise<readonly UploadInput[]> {
    const open = uploads.find(({ received, length }) => received < length);
    if (open !== undefined) throw uploadUnfinished(open.id, open);
    for (const upload of uploads) this.#inputs.push({ upload, ...(await this.#stored(upload)) });
    return this.#inputs;
  }

  /** Runs `record`, which records the job, while the uploads are this job's. @throws AppError `upload_used` (409) */
  async during<T>(record: () => Promise<T>): Promise<T> {
    const { underWay } = this.#deps;
    underWay.add(this.#job);
    try {
      await this.#claim(this.#job);
      return await record().catch(async (error: unknown) => {
        await this.#giveBack(this.#inputs, this.#job);
        throw error;
      });
    } finally {
      underWay.delete(this.#job);
    }
  }

  /** The bytes are the job's. Records stay for requests that come again, until they expire. */
  async finish(): Promise<void> {
    for (const { upload, key } of this.#inputs) if (key !== "") await this.#deps.bytes.remove(upload);
  }

  /** An earlier job has the same files: the uploads are not needed. */
  async spend(job: string): Promise<void> {
    await this.#claim(job);
    await this.finish();
  }

  /** Keys of the objects that `take` made. */
  get keys(): readonly string[] {
    return this.#inputs.flatMap(({ key }) => (key === "" ? [] : [key]));
  }

  async #stored(upload: UploadRecord): Promise<StoredObject> {
    const { length: bytes, sha256 = "" } = upload;
    if (await this.#isUsed(upload)) return { key: "", bytes, sha256 };
    const stored = await this.#deps.bytes.toObject(upload, this.#job).catch(async (error: unknown) => {
      throw (await this.#lostTo(upload)) ?? damage(upload, error);
    });
    if (stored.bytes === bytes) return stored;
    await this.#deps.store.remove([stored.key]);
    throw (await this.#lostTo(upload)) ?? uploadDamaged(upload.id);
  }

  /** Why an upload has no bytes: another request removed it, or made it an input of its job. */
  async #lostTo({ id, job }: UploadRecord): Promise<Error | undefined> {
    const now = await this.#deps.jobs.uploads.get(id);
    if (now === undefined) return noSuchUpload(id);
    return now.job === undefined || now.job === job ? undefined : uploadUsed(id, 409);
  }

  /** A kill may have left an upload to a job that was never recorded. */
  async #isUsed(upload: UploadRecord): Promise<boolean> {
    const { job } = upload;
    if (job === undefined) return false;
    const { jobs, bytes, underWay } = this.#deps;
    if (underWay.has(job) || (await jobs.get(job)) !== undefined) return true;
    const isRecent = Date.now() - (timeOfJobId(job) ?? 0) < CLAIM_MS;
    return (jobs.masters !== undefined && isRecent) || !(await bytes.has(upload));
  }

  /** Gives all of them to the job, or none. @throws AppError `upload_used` (409) */
  async #claim(job: string): Promise<void> {
    const claimed: UploadInput[] = [];
    for (const input of this.#inputs) {
      const { upload, key, sha256 } = input;
      const isOurs = key !== "" && (await this.#use(upload, { job, before: upload.job, sha256 }));
      if (isOurs) claimed.push(input);
      else {
        await this.#giveBack(claimed, job);
        throw uploadUsed(upload.id, 409);
      }
    }
  }

  async #giveBack(inputs: readonly UploadInput[], before: string): Promise<void> {
    for (const { upload, sha256 } of inputs) await this.#use(upload, { job: undefined, before, sha256 });
  }

  async #use({ id }: UploadRecord, use: Omit<UploadUse, "expiresAt">): Promise<boolean> {
    const { jobs, keepSeconds } = this.#deps;
    return await jobs.uploads.use(id, { ...use, expiresAt: Date.now() + keepSeconds * 1000 });
  }
}

/** An error of the store about pieces that are gone or damaged does not say of which file. */
function damage({ id }: UploadRecord, error: unknown): unknown {
  const isOfPiece = error instanceof AppError && ["not_stored", "damaged_object"].includes(error.code);
  return isOfPiece ? uploadDamaged(id, error) : error;
}
