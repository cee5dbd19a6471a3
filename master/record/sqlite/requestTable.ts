import type { ClientKey, NewJob, RequestHolder, RequestKey } from "../newJob.ts";
import type { Database, Statement } from "./database.ts";

/** Which job a client's request key stands for. All methods but `holder` run inside a transaction. */
export class RequestTable {
  readonly #bind: Statement;
  readonly #select: Statement;
  readonly #expire: Statement;
  readonly #forget: Statement;

  constructor(db: Database) {
    this.#bind = db.prepare(
      "INSERT OR REPLACE INTO requests (client, request_key, digest, job, expires_at) VALUES (?, ?, ?, ?, ?)",
    );
    this.#select = db.prepare(
      "SELECT job, digest FROM requests WHERE client = ? AND request_key = ? AND expires_at > ?",
    );
    this.#expire = db.prepare("DELETE FROM requests WHERE expires_at <= ?");
    this.#forget = db.prepare("DELETE FROM requests WHERE job = ?");
  }

  /** From now on the key stands for this job. Expired keys of all jobs go. */
  bind(job: NewJob, { key, digest, expiresAt }: RequestKey): void {
    this.#expire.run(job.createdAt);
    this.#bind.run(clientValue(job), JSON.stringify(key), digest, job.id, expiresAt);
  }

  holder(asked: ClientKey, now: number): RequestHolder | undefined {
    const row = this.#select.get(clientValue(asked), JSON.stringify(asked.key), now);
    return row && { job: String(row.job), digest: String(row.digest) };
  }

  forget(job: string): void {
    this.#forget.run(job);
  }
}

/** A key has no NULL in it. */
function clientValue({ client = "" }: { readonly client?: string | undefined }): string {
  return client;
}
