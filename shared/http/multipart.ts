import type { IncomingMessage, ServerResponse } from "node:http";
import type { Request, Response } from "express";
import multer from "multer";
import { AppError, FileError, RequestError } from "../errors.ts";
import {
  clientGone,
  Feed,
  type IncomingFile,
  SinkEngine,
  type SinkOptions,
  type StoredFile,
} from "./sinkEngine.ts";

export interface MultipartLimits {
  /** Most bytes in one file. */
  readonly fileBytes: number;
  /** Most files in one request. */
  readonly files: number;
  /** Most bytes in one text field. */
  readonly fieldBytes: number;
  /** Seconds in which 1 KB must arrive, unless this side is too slow to read it. */
  readonly idleSeconds: number;
}

export interface MultipartOptions<Stored> extends Pick<SinkOptions<Stored>, "sink" | "remove"> {
  readonly limits: MultipartLimits;
  /** Its reason ends the reading. */
  readonly signal?: AbortSignal;
}

export interface MultipartForm<Stored> {
  /** Text fields by name. A repeated one is a list. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** In the order of the upload. */
  readonly files: readonly (IncomingFile & { readonly stored: Stored })[];
}

/**
 * Reads a multipart request, and gives its files to a sink. A request of another type gives an empty form. When the
 * reading fails (a limit, a broken body, a sink, a client that left), every stored file is removed and the error is
 * thrown at once, the rest of the body unread (`answerProblem` then ends the connection).
 * @throws RequestError `bad_multipart`, `too_many_files`, `too_many_fields`, `field_too_large`;
 *   FileError `too_large` (413); AppError `client_gone`, `upload_stalled` (408); what the sink threw.
 */
export async function readMultipart<Stored>(
  req: IncomingMessage,
  res: ServerResponse,
  options: MultipartOptions<Stored>,
): Promise<MultipartForm<Stored>> {
  // The client left before this call: no later event would tell of it.
  if (req.destroyed && !req.readableEnded) throw clientGone();
  const feed = new Feed(req);
  const unwatch = feed.watch(options.limits.idleSeconds);
  const engine = new SinkEngine<Stored>(feed, {
    ...options,
    tooLarge: (filename) => tooLarge(filename, options.limits),
  });
  const onAbort = () => engine.cancel(options.signal?.reason);
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const parts = new PartCount();
  const upload = parserOf({ engine, feed, parts }, options.limits);
  // multer needs only the headers and the bytes of a request; it sets `body` and `files` on the object that it reads.
  const parsed = feed as unknown as Request & { files?: StoredFile<Stored>[] };
  try {
    await new Promise<void>((resolve, reject) => {
      upload.any()(parsed, res as Response, (error: unknown) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    throw asAppError(engine.failure ?? error, options.limits, parts);
  } finally {
    unwatch();
    options.signal?.removeEventListener("abort", onAbort);
    feed.detach();
  }
  return { fields: parsed.body ?? {}, files: (parsed.files ?? []).map(asIncoming) };
}

interface ParserEnds<Stored> {
  readonly engine: SinkEngine<Stored>;
  readonly feed: Feed;
  readonly parts: PartCount;
}

function parserOf<Stored>(
  { engine, feed, parts }: ParserEnds<Stored>,
  limits: MultipartLimits,
): multer.Multer {
  const { files, fileBytes, fieldBytes } = limits;
  return multer({
    storage: engine,
    limits: {
      fileSize: fileBytes,
      files,
      fields: 100,
      fieldSize: fieldBytes,
      fieldNameSize: 200,
      fieldNestingDepth: 1,
    },
    preservePath: true,
    defParamCharset: "utf8",
    streamHandler: (_req: unknown, parser: NodeJS.WritableStream) => {
      parts.watch(parser);
      // multer reports these limits, too, but perhaps after the error of a file that was cut short.
      parser.on("filesLimit", () => engine.cancel(tooManyFiles(limits)));
      parser.on("fieldsLimit", () => engine.cancel(tooManyFields()));
      parser.on("partsLimit", () => engine.cancel());
      feed.pipe(parser);
    },
  } as multer.Options);
}

/** A text field's value; undefined when absent. @throws RequestError `bad_field` when it is repeated or nested. */
export function textField(form: MultipartForm<unknown>, name: string): string | undefined {
  const value = form.fields[name];
  if (value === undefined || typeof value === "string") return value;
  throw new RequestError("bad_field", `The field ${name} must be given once.`, { details: { field: name } });
}

function asIncoming<Stored>(file: StoredFile<Stored>) {
  return {
    field: file.fieldname,
    filename: file.originalname,
    mimeType: file.mimetype,
    stored: file.stored,
  };
}

function tooLarge(filename: string, limits: MultipartLimits): FileError {
  return new FileError("too_large", `${filename} is larger than ${limits.fileBytes} bytes.`, {
    status: 413,
    details: { filename, limit: limits.fileBytes },
  });
}

function tooManyFiles({ files }: MultipartLimits): RequestError {
  const text = `One request may have ${files} files at most.`;
  return new RequestError("too_many_files", text, { status: 413, details: { limit: files } });
}

function tooManyFields(): RequestError {
  return new RequestError("too_many_fields", "The request has too many fields.", { status: 413 });
}

/** Counts the parts whose headers the parser could read, up to the first that it could not. */
class PartCount {
  #read = 0;
  #wrong: number | undefined;

  watch(parser: NodeJS.WritableStream): void {
    const count = () => {
      this.#read += 1;
    };
    parser.on("file", count).on("field", count);
    parser.once("error", () => {
      this.#wrong = this.#read + 1;
    });
  }

  /** Number of the part at which the parser failed, from 1. */
  get wrong(): number | undefined {
    return this.#wrong;
  }
}

function asAppError(error: unknown, limits: MultipartLimits, parts: PartCount): AppError | Error {
  if (error instanceof AppError) return error;
  if (error instanceof multer.MulterError) return ofMulter(error, limits);
  const ours = error instanceof Error && "code" in error;
  if (ours) return error;
  return new RequestError("bad_multipart", `The multipart body cannot be read${placeOf(error, parts)}.`, {
    cause: error,
  });
}

/** The parser's own word for a header that it cannot read; it says no more. */
function placeOf(error: unknown, { wrong }: PartCount): string {
  const isHeader = error instanceof Error && error.message === "Malformed part header";
  return isHeader && wrong !== undefined ? `: the header of part ${wrong} is wrong` : "";
}

function ofMulter(error: multer.MulterError, limits: MultipartLimits): AppError {
  const field = error.field;
  const details = field === undefined ? {} : { field };
  switch (error.code as string) {
    case "LIMIT_FILE_SIZE":
      return tooLarge("The file", limits);
    case "LIMIT_FILE_COUNT":
      return tooManyFiles(limits);
    case "LIMIT_FIELD_VALUE":
      return new RequestError(
        "field_too_large",
        `The field ${field} is longer than ${limits.fieldBytes} bytes.`,
        { status: 413, details: { ...details, limit: limits.fieldBytes } },
      );
    case "LIMIT_FIELD_COUNT":
      return tooManyFields();
    default:
      return new RequestError("bad_multipart", "The multipart body cannot be read.", {
        details,
        cause: error,
      });
  }
}
