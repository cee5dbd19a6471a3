import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import type { RecordOfJobs } from "../record/port.ts";
import type { UploadRecord } from "../record/uploads.ts";
import type { UploadBytes } from "./bytes.ts";
import { tooManyUploads, uploadBusy } from "./errors.ts";
import { type Checksum, GrowingUpload } from "./growingUpload.ts";

/** Most uploads that no job has: each is a row of the record, and may be empty. */
const MOST_UPLOADS = 10_000;

export interface UploadsDeps {
  readonly jobs: Pick<RecordOfJobs, "uploads" | "sync">;
  readonly bytes: UploadBytes;
  /** Time after its last bytes for which an upload is kept. */
  readonly keepSeconds: number;
}

export interface NewUpload extends Pick<UploadRecord, "client" | "metadata" | "length"> {}

/** Further bytes of an upload. */
export interface UploadPatch {
  /** Fails when its client goes away or stalls. */
  readonly body: Readable;
  /** Undefined: the bytes are kept as they come. */
  readonly checksum: Checksum | undefined;
}

interface Busy {
  readonly body: Readable;
  readonly settled: Promise<unknown>;
}

/** Files that come in several requests. */
export class Uploads {
  readonly #deps: UploadsDeps;
  /** Uploads that get bytes through this process now. */
  readonly #busy = new Map<string, Busy>();

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  /** @throws AppError `too_many_uploads` (429), `no_space`, `database_unavailable` */
  async create(wanted: NewUpload): Promise<UploadRecord> {
    const { jobs } = this.#deps;
    if ((await jobs.uploads.open()).uploads >= MOST_UPLOADS) throw tooManyUploads(MOST_UPLOADS);
    const upload = {
      ...wanted,
      id: randomBytes(16).toString("hex"),
      received: 0,
      pieces: [],
      sha256: undefined,
      job: undefined,
      createdAt: Date.now(),
      expiresAt: this.#expiry(),
    };
    await jobs.uploads.create(upload);
    await jobs.sync();
    return upload;
  }

  /** The upload, with the bytes of a request whose connection has just ended. Undefined when it expired. */
  async get(id: string): Promise<UploadRecord | undefined> {
    const busy = this.#busy.get(id);
    if (busy?.body.destroyed || busy?.body.readableEnded) await busy.settled;
    const upload = await this.#deps.jobs.uploads.get(id);
    return upload !== undefined && upload.expiresAt > Date.now() ? upload : undefined;
  }

  isBusy(id: string): boolean {
    return this.#busy.has(id);
  }

  /**
   * Stores the bytes of a body behind those that the upload has. When the body breaks off, what came is kept, unless
   * it has a checksum.
   * @throws AppError `upload_busy` (423), `wrong_offset` (409), `wrong_checksum` (460), `beyond_length` (413), `no_space`
   *   (507); the error of the body
   */
  async append(upload: UploadRecord, patch: UploadPatch): Promise<UploadRecord> {
    if (this.#busy.has(upload.id)) throw uploadBusy();
    const work = this.#append(upload, patch);
    this.#busy.set(upload.id, { body: patch.body, settled: work.catch(() => undefined) });
    try {
      return await work;
    } finally {
      this.#busy.delete(upload.id);
    }
  }

  async #append(upload: UploadRecord, { body, checksum }: UploadPatch): Promise<UploadRecord> {
    const { jobs, bytes } = this.#deps;
    const writer = await bytes.open(upload);
    const expiry = () => this.#expiry();
    const growing = new GrowingUpload(upload, { uploads: jobs.uploads, writer, expiry, checksum });
    try {
      await growing.take(body);
    } finally {
      await writer.close();
      // A request that was cut off may have brought bytes, too.
      await jobs.sync();
    }
    return growing.upload;
  }

  /** The bytes go first: after a kill in between the record still tells of them. @throws AppError `upload_busy` (423) */
  async remove({ id }: Pick<UploadRecord, "id">): Promise<void> {
    if (this.#busy.has(id)) throw uploadBusy();
    await this.#deps.bytes.remove({ id });
    await this.#deps.jobs.uploads.remove(id);
  }

  #expiry(): number {
    return Date.now() + this.#deps.keepSeconds * 1000;
  }
}
