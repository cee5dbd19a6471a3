import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { S3Bucket, type ServerClock } from "./bucket.ts";
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
  /** Time after which an operation fails that finds no answer; twice that when the server falls silent late. */
  readonly patienceMs?: number;
}

/** The bucket, without a request to it. @throws AppError `driver_missing` */
export async function openBucket(connection: S3Connection, closed: AbortSignal): Promise<S3Bucket> {
  const { place, patienceMs = PATIENCE_MS } = connection;
  const library = await loadLibrary();
  const client = new library.S3Client(settingsOf(connection, patienceMs));
  return new S3Bucket({
    library,
    client,
    clock: clockOf(client),
    bucket: place.bucket,
    prefix: place.prefix,
    retries: new Retries({ patienceMs, closed }),
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
function clockOf(client: S3Client): ServerClock {
  const clock: ServerClock = { now: undefined };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const time = Date.parse(headers?.date ?? "");
      if (!Number.isNaN(time)) clock.now = time;
      return result;
    },
    { name: "serverClock", step: "deserialize", priority: "low" },
  );
  return clock;
}
