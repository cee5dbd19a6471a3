import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { AppError } from "../../../shared/errors.ts";
import { S3Bucket, type ServerState } from "./bucket.ts";
import { asTrouble } from "./errors.ts";
import { loadLibrary } from "./library.ts";
import type { BucketPlace } from "./place.ts";
import { Retries } from "./retries.ts";

/** Connections to the server at the same time. */
const SOCKETS = 64;
const CONNECT_MS = 5_000;
/** A restart of the server fits in. */
const PATIENCE_MS = 30_000;

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Connection {
  readonly place: BucketPlace;
  /** Undefined: the SDK finds them in the variables, files and services of AWS. */
  readonly keys: S3Keys | undefined;
  /** Whether clients fetch large results from the server themselves. */
  readonly isLinked?: boolean;
  /** Whether results lie under their names, too. */
  readonly isNamed?: boolean;
  /** Whether other masters work with the same prefix. */
  readonly isShared?: boolean;
  /** Time after which an operation fails that finds no answer; twice that when the server falls silent late. */
  readonly patienceMs?: number;
  /** Called when the server goes away, and with undefined when it is back. */
  readonly onChange?: (trouble: AppError | undefined) => void;
}

/** The bucket, without a request to it. @throws AppError `driver_missing` */
export async function openBucket(connection: S3Connection, closed: AbortSignal): Promise<S3Bucket> {
  const { place, patienceMs = PATIENCE_MS } = connection;
  const library = await loadLibrary();
  const client = new library.S3Client(settingsOf(connection, patienceMs));
  const state: ServerState = { now: undefined, trouble: undefined };
  readClock(client, state);
  return new S3Bucket({
    library,
    client,
    state,
    bucket: place.bucket,
    prefix: place.prefix,
    retries: new Retries({
      patienceMs,
      closed,
      onGivenUp: (error) => {
        state.trouble = asTrouble(error) ?? state.trouble;
      },
    }),
  });
}

function settingsOf({ place, keys }: S3Connection, patienceMs: number): S3ClientConfig {
  const agent = { keepAlive: true, maxSockets: SOCKETS };
  return {
    forcePathStyle: place.pathStyle,
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
    ...(place.region === undefined ? {} : { region: place.region }),
    ...(keys === undefined ? {} : { credentials: keys }),
    // Many servers store the SDK's own checksums as part of the object.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // `Retries` tries again: the SDK's budget for it runs dry while many operations wait for a server.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(CONNECT_MS, patienceMs),
      socketTimeout: patienceMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
  };
}

/** Reads the date of each answer, those of errors included. */
function readClock(client: S3Client, state: ServerState): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const time = Date.parse(headers?.date ?? "");
      if (!Number.isNaN(time)) state.now = time;
      return result;
    },
    { name: "serverClock", step: "deserialize", priority: "low" },
  );
}
