import type { Readable } from "node:stream";
import type { S3Client, UploadPartCommandOutput } from "@aws-sdk/client-s3";
import type { AppError } from "../../../shared/errors.ts";
import type { ByteRange, LinkedAnswer } from "../port.ts";
import { type GetAnswer, type HeadAnswer, type ListPage, lastOf } from "./answers.ts";
import { failureOf, isMissing, isOutside } from "./errors.ts";
import type { Presigner, S3Library } from "./library.ts";
import { Retries } from "./retries.ts";

/** Names of a list that a server gives at a time, at most. */
const LISTED = 1_000;

/** Field of a copy's metadata. */
const OF = "manyhands-key";

export interface BucketDeps {
  readonly library: S3Library;
  readonly client: S3Client;
  readonly bucket: string;
  readonly prefix: string;
  readonly retries: Retries;
  readonly state: ServerState;
}

/** What is known of the server. */
export interface ServerState {
  /** Its time in its last answer, ms since 1970; undefined before the first one. */
  now: number | undefined;
  /** Why it cannot be used now; undefined while it can. */
  trouble: AppError | undefined;
}

export interface ListedObject {
  /** Without the prefix of the store. */
  readonly name: string;
  readonly bytes: number;
}

export interface OpenedObject {
  readonly body: Readable;
  /** Bytes of the range that the object has; undefined when the server does not say it. */
  readonly bytes: number | undefined;
  /** Length of the whole object; undefined when the server does not say it. */
  readonly total: number | undefined;
}

export interface Signing extends LinkedAnswer {
  readonly presigner: Presigner;
  readonly seconds: number;
}

interface PartOfUpload {
  readonly name: string;
  readonly upload: string;
}

export interface UploadedPart {
  readonly PartNumber: number;
  readonly ETag: UploadPartCommandOutput["ETag"];
}

/**
 * The operations of S3 that the store needs, which every server has: no conditional writes, no removal of several
 * objects, the first form of lists. Names are those within the store's prefix.
 */
export class S3Bucket {
  readonly #deps: BucketDeps;

  constructor(deps: BucketDeps) {
    this.#deps = deps;
  }

  get state(): ServerState {
    return this.#deps.state;
  }

  /** The same bucket; its operations fail at the first error. */
  withoutRetries(): S3Bucket {
    return new S3Bucket({ ...this.#deps, retries: new Retries({ patienceMs: 0 }) });
  }

  /** With `of` the object tells the key that it is a copy of. */
  async put(name: string, body: Uint8Array, of?: string): Promise<void> {
    const { client, library, retries } = this.#deps;
    const copied = of === undefined ? {} : { Metadata: { [OF]: of } };
    const input = { ...this.#at(name), ...copied, Body: body, ContentLength: body.byteLength };
    await retries.run(() => client.send(new library.PutObjectCommand(input)));
  }

  /** Undefined when there is no such object, or it has no byte of the range. */
  async open(name: string, { start, end }: ByteRange): Promise<OpenedObject | undefined> {
    const { client, library, retries } = this.#deps;
    const input = { ...this.#at(name), Range: `bytes=${start}-${end}` };
    const answer = await retries.run<GetAnswer | "none">(
      () => client.send(new library.GetObjectCommand(input)),
      (error) => (isMissing(failureOf(error)) || isOutside(failureOf(error)) ? "none" : undefined),
    );
    if (answer === "none" || answer.Body === undefined) return undefined;
    const total = /\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1];
    return {
      body: answer.Body as Readable,
      bytes: answer.ContentLength,
      total: total === undefined ? undefined : Number(total),
    };
  }

  /** Address under which the object can be read for so many seconds. */
  async sign(name: string, { presigner, seconds, type, disposition }: Signing): Promise<string> {
    const { client, library } = this.#deps;
    const answer = { ResponseContentType: type, ResponseContentDisposition: disposition };
    const command = new library.GetObjectCommand({ ...this.#at(name), ...answer });
    return await presigner.getSignedUrl(client, command, { expiresIn: seconds });
  }

  /** Length of an object; undefined when there is none. */
  async head(name: string): Promise<number | undefined> {
    return (await this.#head(name)).ContentLength;
  }

  /** The key that an object is a copy of; undefined for another object, and for none. */
  async objectOf(name: string): Promise<string | undefined> {
    return (await this.#head(name)).Metadata?.[OF];
  }

  /** Copies an object within the server. The copy tells the key that it is of. */
  async copy(from: string, to: string, of: string): Promise<void> {
    const { client, library, retries, bucket, prefix } = this.#deps;
    const source = {
      CopySource: encodeURI(`${bucket}/${prefix}${from}`),
      MetadataDirective: "REPLACE",
    } as const;
    const input = { ...this.#at(to), ...source, Metadata: { [OF]: of } };
    await retries.run(() => client.send(new library.CopyObjectCommand(input)));
  }

  async remove(name: string): Promise<void> {
    const { client, library, retries } = this.#deps;
    await retries.run<unknown>(
      () => client.send(new library.DeleteObjectCommand(this.#at(name))),
      (error) => (isMissing(failureOf(error)) ? {} : undefined),
    );
  }

  /** The objects whose names begin so, in the order of their names, some at a time. */
  async *list(beginning: string): AsyncGenerator<readonly ListedObject[]> {
    for await (const { Contents = [] } of this.#pages(beginning)) {
      yield Contents.flatMap(({ Key: key, Size: bytes = 0 }) =>
        key === undefined ? [] : [{ name: key.slice(this.#deps.prefix.length), bytes }],
      );
    }
  }

  /** What comes between this beginning and the next full stop in the names of objects, each once. */
  async *listHeads(beginning: string): AsyncGenerator<string> {
    const start = this.#deps.prefix.length + beginning.length;
    for await (const { CommonPrefixes = [] } of this.#pages(beginning, "."))
      for (const { Prefix: head = "" } of CommonPrefixes) yield head.slice(start, -1);
  }

  async startUpload(name: string): Promise<string> {
    const { client, library, retries } = this.#deps;
    const { UploadId: upload = "" } = await retries.run(() =>
      client.send(new library.CreateMultipartUploadCommand(this.#at(name))),
    );
    return upload;
  }

  async uploadPart({ name, upload }: PartOfUpload, number: number, body: Uint8Array): Promise<UploadedPart> {
    const { client, library, retries } = this.#deps;
    const part = { ...this.#at(name), UploadId: upload, PartNumber: number };
    const input = { ...part, Body: body, ContentLength: body.byteLength };
    const { ETag } = await retries.run(() => client.send(new library.UploadPartCommand(input)));
    return { PartNumber: number, ETag };
  }

  /** A try whose answer was lost may have completed the upload: then the object is there and the upload is not. */
  async completeUpload({ name, upload }: PartOfUpload, parts: readonly UploadedPart[]): Promise<void> {
    const { client, library, retries } = this.#deps;
    const input = { ...this.#at(name), UploadId: upload, MultipartUpload: { Parts: [...parts] } };
    try {
      await retries.run<unknown>(() => client.send(new library.CompleteMultipartUploadCommand(input)));
    } catch (error) {
      if ((await this.head(name)) === undefined) throw error;
    }
  }

  /** Tried once: what is left of an upload costs room, and the start of a master removes it. */
  async abortUpload({ name, upload }: PartOfUpload): Promise<void> {
    const { client, library } = this.#deps;
    const input = { ...this.#at(name), UploadId: upload };
    await client.send(new library.AbortMultipartUploadCommand(input)).catch(() => undefined);
  }

  /**
   * Removes uploads of names that begin so and that were begun before a time, ms since 1970: a kill cut them off. A server
   * that does not list them keeps them.
   */
  async abortUploads(beginning: string, before: number): Promise<void> {
    const { client, library, bucket, prefix } = this.#deps;
    const input = { Bucket: bucket, Prefix: `${prefix}${beginning}` };
    const { Uploads = [] } = await client
      .send(new library.ListMultipartUploadsCommand(input))
      .catch(() => ({ Uploads: [] }));
    for (const { Key: key = "", UploadId: upload, Initiated: begun } of Uploads)
      if (upload !== undefined && key.startsWith(input.Prefix) && (begun?.getTime() ?? 0) <= before)
        await this.abortUpload({ name: key.slice(prefix.length), upload });
  }

  close(): void {
    this.#deps.client.destroy();
  }

  async *#pages(beginning: string, delimiter?: string): AsyncGenerator<ListPage> {
    const { client, library, bucket, prefix, retries } = this.#deps;
    const input = { Bucket: bucket, Prefix: `${prefix}${beginning}`, MaxKeys: LISTED, Delimiter: delimiter };
    for (let after: string | undefined; ; ) {
      const page: ListPage = await retries.run<ListPage>(() =>
        client.send(new library.ListObjectsCommand({ ...input, Marker: after })),
      );
      yield page;
      after = page.IsTruncated === true ? lastOf(page) : undefined;
      if (after === undefined) return;
    }
  }

  async #head(name: string): Promise<HeadAnswer> {
    const { client, library, retries } = this.#deps;
    return await retries.run<HeadAnswer>(
      () => client.send(new library.HeadObjectCommand(this.#at(name))),
      (error) => (isMissing(failureOf(error)) ? {} : undefined),
    );
  }

  #at(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#deps.bucket, Key: `${this.#deps.prefix}${name}` };
  }
}
