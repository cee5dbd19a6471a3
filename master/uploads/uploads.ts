import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedMasters } from "../record/masters.ts";
import type { RecordOfJobs } from "../record/port.ts";
import type { UploadRecord } from "../record/uploads.ts";
import type { UploadBytes } from "./bytes.ts";
import {
  grownMeanwhile,
  noSuchUpload,
  stopping,
  tooManyUploads,
  uploadBusy,
  uploadTakenOver,
  uploadUsed,
  wrongOffset,
} from "./errors.ts";
import { type Checksum, GrowingUpload } from "./growingUpload.ts";

/** Most uploads that no job has: each is a row of the record, and may be empty. */
const MOST_UPLOADS = 10_000;
/** Most of them that are one client's, so that it leaves room for others. Without tokens all are of one. */
const MOST_OF_CLIENT = 2_500;
/** Longest time for which a request waits until the bytes of the one before are stored. */
const RELEASE_MS = 10_000;

export interface UploadsDeps {
  readonly jobs: Pick<RecordOfJobs, "uploads" | "sync"> & {
    readonly masters?: Pick<RecordedMasters, "ask"> | undefined;
  };
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
  /** Undefined for a removal. */
  readonly body: Readable | undefined;
  readonly settled: Promise<unknown>;
}

interface Alone extends Pick<Busy, "body"> {
  readonly id: string;
}

/** Files that come in several requests. */
export class Uploads {
  readonly #deps: UploadsDeps;
  /** Uploads that get bytes through this process now, or are removed. */
  readonly #busy = new Map<string, Busy>();

  #isStopping = false;

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  /** @throws AppError `too_many_uploads` (429), `no_space`, `database_unavailable` */
  async create(wanted: NewUpload): Promise<UploadRecord> {
    const { jobs } = this.#deps;
    await this.#requireRoom(wanted);
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

  /**
   * The upload, with the bytes of a request whose connection has just ended. Undefined when it expired.
   * @throws AppError `upload_busy` (423)
   */
  async get(id: string): Promise<UploadRecord | undefined> {
    const busy = this.#busy.get(id);
    if (busy?.body?.destroyed || busy?.body?.readableEnded) await settledInTime(busy);
    return await this.#recorded(id);
  }

  /**
   * The upload for a request that goes on with it. One that still sends bytes ends first, here or at another master: its
   * client may have gone without closing the connection. Undefined when the upload expired.
   * @throws AppError `upload_busy` (423) when what that request brought is not stored in time
   */
  async takeOver(id: string): Promise<UploadRecord | undefined> {
    await this.#deps.jobs.masters?.ask({ type: "resumed", id });
    await this.release(id);
    return await this.#recorded(id);
  }

  /**
   * Ends the request that brings bytes of the upload through this process, and waits until they are stored.
   * @throws AppError `upload_busy` (423)
   */
  async release(id: string): Promise<void> {
    const busy = this.#busy.get(id);
    busy?.body?.destroy(uploadTakenOver());
    if (busy !== undefined) await settledInTime(busy);
  }

  isBusy(id: string): boolean {
    return this.#busy.has(id);
  }

  /**
   * Stores the bytes of a body behind those that the upload has. When the body breaks off, what came is kept, unless
   * it has a checksum.
   * @param upload as its caller knows it; refused when the record knows another state by now
   * @throws AppError `upload_busy` (423), `no_such_upload` (404), `upload_used` and `upload_damaged` (410), `wrong_offset`
   *   (409), `wrong_checksum` (460), `beyond_length` (413), `too_many_pieces` (400), `no_space` (507), `stopping` (503); the
   *   error of the body
   */
  async append(upload: UploadRecord, patch: UploadPatch): Promise<UploadRecord> {
    const { id, received } = upload;
    if (this.#isStopping) throw stopping();
    // It may fail before it is read: the reader is told then.
    patch.body.on("error", () => undefined);
    return await this.#alone({ id, body: patch.body }, async () => {
      const now = await this.#recorded(id);
      if (now === undefined) throw noSuchUpload(id);
      if (now.job !== undefined) throw uploadUsed(id, 410);
      if (now.received !== received) throw wrongOffset(now.received);
      try {
        return await this.#append(await this.#renewed(now), patch);
      } catch (error) {
        // Another master may have removed the upload meanwhile, and does not know of these bytes.
        if ((await this.#deps.jobs.uploads.get(id)) === undefined) await this.#deps.bytes.remove({ id });
        throw error;
      }
    });
  }

  async #requireRoom({ client }: NewUpload): Promise<void> {
    const { uploads, own } = await this.#deps.jobs.uploads.open(client);
    if (client !== undefined && own >= MOST_OF_CLIENT) throw tooManyUploads(MOST_OF_CLIENT, "client");
    if (uploads >= MOST_UPLOADS) throw tooManyUploads(MOST_UPLOADS, "all");
  }

  /** The upload, kept for longer when it would expire during a long request. */
  async #renewed(upload: UploadRecord): Promise<UploadRecord> {
    const { jobs, keepSeconds } = this.#deps;
    if (upload.expiresAt > Date.now() + keepSeconds * 500) return upload;
    const growth = { ...upload, from: upload.received, expiresAt: this.#expiry() };
    if (!(await jobs.uploads.extend(upload.id, growth))) throw grownMeanwhile();
    return { ...upload, expiresAt: growth.expiresAt };
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

  /** Ends all requests that bring bytes, and waits until these are stored. Later ones are refused. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const busy = [...this.#busy.values()];
    for (const { body } of busy) body?.destroy(stopping());
    await Promise.all(busy.map((one) => settledInTime(one).catch(() => undefined)));
  }

  /** The bytes go first: after a kill in between the record still tells of them. @throws AppError `upload_busy` (423) */
  async remove({ id }: Pick<UploadRecord, "id">): Promise<void> {
    await this.#alone({ id, body: undefined }, async () => {
      await this.#deps.bytes.remove({ id });
      await this.#deps.jobs.uploads.remove(id);
    });
  }

  async #recorded(id: string): Promise<UploadRecord | undefined> {
    const upload = await this.#deps.jobs.uploads.get(id);
    return upload !== undefined && upload.expiresAt > Date.now() ? upload : undefined;
  }

  /** Runs the work while this process does nothing else to the upload. @throws AppError `upload_busy` (423) */
  async #alone<T>({ id, body }: Alone, work: () => Promise<T>): Promise<T> {
    if (this.#busy.has(id)) throw uploadBusy();
    const done = work();
    this.#busy.set(id, { body, settled: done.catch(() => undefined) });
    try {
      return await done;
    } finally {
      this.#busy.delete(id);
    }
  }

  #expiry(): number {
    return Date.now() + this.#deps.keepSeconds * 1000;
  }
}

/** @throws AppError `upload_busy` (423) */
async function settledInTime({ settled }: Busy): Promise<void> {
  const end = new AbortController();
  const late = sleep(RELEASE_MS, true, { signal: end.signal }).catch(() => true);
  try {
    if (await Promise.race([settled.then(() => false), late])) throw uploadBusy();
  } finally {
    end.abort();
  }
}
