import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable, type TransformCallback } from "node:stream";
import type multer from "multer";
import { AppError } from "../errors.ts";

/** What is known of a file before its bytes. */
export interface IncomingFile {
  readonly field: string;
  /** As the client sent it, folders included: a name, never a path to open. */
  readonly filename: string;
  readonly mimeType: string;
}

export interface SinkOptions<Stored> {
  /** Takes a file's bytes to their end. It may be called again while earlier calls have not resolved. */
  readonly sink: (stream: Readable, file: IncomingFile) => Promise<Stored>;
  /** Undoes a sink; called for each stored file when the request as a whole fails. */
  readonly remove: (stored: Stored) => Promise<void>;
  /** The error for a file that passes the limit. */
  readonly tooLarge: (filename: string) => AppError;
}

/** Files whose sinks have not resolved; the body is not read on while there are this many. */
const MOST_AT_ONCE = 32;
/** What must come of a body in each interval that it is watched; less is a client that holds a place for nothing. */
const LEAST_BYTES = 1024;

/**
 * Stands between the request and the parser. multer holds its error back until the body was read to the
 * end; it lets go of the body first (`unpipe`), and that ends the wait. It also stops reading while
 * many files are being stored: a body of small files would else open them all.
 */
export class Feed extends PassThrough {
  readonly headers: IncomingMessage["headers"];
  readonly #req: IncomingMessage;
  #storing = 0;
  #resume: (() => void) | undefined;
  #received = 0;

  constructor(req: IncomingMessage) {
    super();
    this.headers = req.headers;
    this.#req = req;
    req.pipe(this);
    req.once("error", this.#gone).once("close", this.#gone);
  }

  storing(more: 1 | -1): void {
    this.#storing += more;
    if (this.#storing < MOST_AT_ONCE) this.#resume?.();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#received += chunk.length;
    if (this.#storing < MOST_AT_ONCE) {
      done(null, chunk);
      return;
    }
    this.#resume = () => {
      this.#resume = undefined;
      done(null, chunk);
    };
  }

  /** Ends a body that does not come on, `upload_stalled`. Returns its own undoing. */
  watch(seconds: number): () => void {
    const timer = setInterval(() => {
      const came = this.#received;
      this.#received = 0;
      const weAreSlow = this.writableNeedDrain || this.#resume !== undefined;
      if (came < LEAST_BYTES && !weAreSlow && !this.#req.complete) this.destroy(stalled(seconds));
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

function stalled(seconds: number): AppError {
  return new AppError("upload_stalled", `Almost nothing of the upload came in ${seconds} seconds.`, {
    status: 408,
    details: { limit_seconds: seconds },
  });
}

/** multer hands on what `_handleFile` says of a file as members of the file. */
export type StoredFile<Stored> = Express.Multer.File & { readonly stored: Stored };

/** multer's storage engine over a sink. */
export class SinkEngine<Stored> implements multer.StorageEngine {
  readonly #feed: Feed;
  readonly #options: SinkOptions<Stored>;
  readonly #streams = new Set<Readable>();
  /** The first thing that went wrong while storing. */
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
    this.#feed.storing(1);
    stream.once("limit", () => this.cancel(this.#options.tooLarge(file.originalname)));
    const info = { field: file.fieldname, filename: file.originalname, mimeType: file.mimetype };
    const settled = () => {
      this.#streams.delete(stream);
      this.#feed.storing(-1);
    };
    this.#options.sink(stream, info).then(
      (stored) => {
        settled();
        done(undefined, { stored });
      },
      (error: unknown) => {
        settled();
        this.cancel(error);
        done(error);
      },
    );
  }

  _removeFile(_req: unknown, file: Express.Multer.File, done: (error: Error | null) => void): void {
    const { stored } = file as StoredFile<Stored>;
    this.#options.remove(stored).then(() => done(null), done);
  }

  /** Ends the files that are being stored, so that nobody waits for the rest of their bytes. */
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
