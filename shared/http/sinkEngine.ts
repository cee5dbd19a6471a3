import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable, type TransformCallback } from "node:stream";
import type multer from "multer";
import { Pending } from "../async/pending.ts";
import { AppError } from "../errors.ts";
import { PartHeaders } from "./partHeaders.ts";

/** A file before its bytes. */
export interface IncomingFile {
  readonly field: string;
  /** As the client sent it, folders included: a name, never a path to open. */
  readonly filename: string;
  readonly mimeType: string;
}

export interface SinkOptions<Stored> {
  /** Stores a file's bytes, read to their end. Several calls may be under way at the same time. */
  readonly sink: (stream: Readable, file: IncomingFile) => Promise<Stored>;
  /** Undoes a sink; called for each stored file when the request as a whole fails. */
  readonly remove: (stored: Stored) => Promise<void>;
  /** The error for a file that passes the limit. */
  readonly tooLarge: (filename: string) => AppError;
}

/** Files that may be stored at the same time; no more of the body is read meanwhile. */
const MOST_AT_ONCE = 32;
/** Bytes that a client must send in each interval that the body is watched, or it holds a connection for nothing. */
const LEAST_BYTES = 1024;

/**
 * Stands between the request and the parser. multer holds its error back until the body is read to the end; it calls
 * `unpipe` first, which ends the wait here. The feed also stops reading while many files are being stored: a body of
 * small files would else open them all.
 */
export class Feed extends PassThrough {
  readonly headers: IncomingMessage["headers"];
  readonly #req: IncomingMessage;
  readonly #stores = new Pending(MOST_AT_ONCE);
  readonly #partHeaders: PartHeaders | undefined;
  #isPaused = false;
  #received = 0;

  constructor(req: IncomingMessage) {
    super();
    this.headers = req.headers;
    this.#req = req;
    const boundary = boundaryOf(req);
    this.#partHeaders = boundary === undefined ? undefined : new PartHeaders(boundary);
    req.pipe(this);
    req.once("error", this.#gone).once("close", this.#gone);
  }

  /** `work` must not fail. */
  storing(work: Promise<void>): void {
    this.#stores.start(work);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#received += chunk.length;
    this.#partHeaders?.clean(chunk);
    const room = this.#stores.room();
    if (room === undefined) {
      done(null, chunk);
      return;
    }
    this.#isPaused = true;
    room.then(() => {
      this.#isPaused = false;
      done(null, chunk);
    }, done);
  }

  /** Ends a body that stalls, with `upload_stalled`. Returns a function that ends the watch. */
  watch(seconds: number): () => void {
    const timer = setInterval(() => {
      const came = this.#received;
      this.#received = 0;
      const isPaused = this.writableNeedDrain || this.#isPaused;
      if (came < LEAST_BYTES && !isPaused && !this.#req.complete) this.destroy(stalled(seconds));
    }, seconds * 1000);
    return () => clearInterval(timer);
  }

  override unpipe(destination?: NodeJS.WritableStream): this {
    super.unpipe(destination);
    this.destroy();
    return this;
  }

  detach(): void {
    this.#req.off("error", this.#gone).off("close", this.#gone);
    this.#req.unpipe(this);
    this.on("error", () => undefined).destroy();
    this.#req.resume();
  }

  readonly #gone = (): void => {
    if (this.#req.readableEnded) return;
    this.destroy(clientGone());
  };
}

/** Undefined for a body that is not in parts. */
function boundaryOf({ headers }: IncomingMessage): string | undefined {
  const found = /boundary=(?:"([^"]*)"|([^;\s]+))/i.exec(headers["content-type"] ?? "");
  return found?.[1] ?? found?.[2];
}

function stalled(seconds: number): AppError {
  return new AppError("upload_stalled", `Almost nothing of the upload came in ${seconds} seconds.`, {
    status: 408,
    details: { limit_seconds: seconds },
  });
}

/** multer adds what `_handleFile` answers for a file to the members of the file. */
export type StoredFile<Stored> = Express.Multer.File & { readonly stored: Stored };

/** multer's storage engine over a sink. */
export class SinkEngine<Stored> implements multer.StorageEngine {
  readonly #feed: Feed;
  readonly #options: SinkOptions<Stored>;
  readonly #streams = new Set<Readable>();
  /** The first error of a sink. */
  failure: unknown;

  constructor(feed: Feed, options: SinkOptions<Stored>) {
    this.#feed = feed;
    this.#options = options;
  }

  _handleFile(
    _req: unknown,
    file: Express.Multer.File,
    done: (error?: unknown, info?: object) => void,
  ): void {
    const { stream } = file;
    if (this.failure !== undefined) {
      done(this.failure);
      return;
    }
    this.#streams.add(stream);
    stream.once("limit", () => this.cancel(this.#options.tooLarge(file.originalname)));
    const info = { field: file.fieldname, filename: file.originalname, mimeType: file.mimetype };
    const stored = this.#options.sink(stream, info).then(
      (stored) => {
        this.#streams.delete(stream);
        done(undefined, { stored });
      },
      (error: unknown) => {
        this.#streams.delete(stream);
        this.cancel(error);
        done(error);
      },
    );
    this.#feed.storing(stored);
  }

  _removeFile(_req: unknown, file: Express.Multer.File, done: (error: Error | null) => void): void {
    const { stored } = file as StoredFile<Stored>;
    this.#options.remove(stored).then(() => done(null), done);
  }

  /** Destroys the streams of files that are being stored, so that no sink waits for the rest of its bytes. */
  cancel(failure?: unknown): void {
    this.failure ??= failure;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const stream of streams) stream.destroy(new Error("the upload ended early"));
  }
}

export function clientGone(): AppError {
  return new AppError("client_gone", "The client closed the connection.", { status: 400 });
}
