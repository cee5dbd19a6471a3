import { AppError } from "../../../shared/errors.ts";
import type { S3Bucket } from "./bucket.ts";
import { clockTrouble } from "./errors.ts";
import type { BucketPlace } from "./place.ts";
import { readRange } from "./stream.ts";

export interface CheckDeps {
  readonly bucket: S3Bucket;
  readonly place: BucketPlace;
  /** Differs from that of every other run. */
  readonly run: string;
  /** Clock of this machine, ms since 1970. */
  readonly now?: () => number;
}

/**
 * Writes an object, reads, lists and removes it, and compares the clocks.
 * @throws AppError `store_unavailable`, `store_refused`, `no_such_bucket`, `clock_wrong`, `no_space`: a sentence for the
 * operator that names the bucket and what to do
 */
export async function checkBucket({ bucket, place, run, now = Date.now }: CheckDeps): Promise<void> {
  const name = `check/${run}`;
  const body = Buffer.from(run);
  try {
    await bucket.put(name, body);
    const read = await readRange(bucket, name, { start: 0, end: body.length - 1 });
    if (read?.equals(body) !== true)
      throw new AppError("damaged_object", "The server gives other bytes than it was given.");
    for await (const _ of bucket.list(name)) break;
    await bucket.remove(name);
  } catch (error) {
    throw toldOf(error, place);
  }
  const wrong = clockTrouble(bucket.state.now, now());
  if (wrong !== undefined) throw toldOf(wrong, place);
}

const TO_DO: Readonly<Record<string, string>> = {
  store_unavailable: "does not answer. Check the endpoint in STORE_URL, and that the server runs",
  store_refused:
    "refuses access. Check STORE_ACCESS_KEY and STORE_SECRET_KEY (or the variables of AWS), and that this key may read, write, list and delete there",
  no_such_bucket: "does not exist. Create it, or correct STORE_URL",
  clock_wrong: "has another time than this machine. Set the clock of this machine (NTP)",
  no_space: "is full. Make room in it",
  damaged_object: "does not give back what was stored in it. Check the server",
};

function toldOf(error: unknown, { bucket, endpoint = "AWS" }: BucketPlace): unknown {
  const told = error instanceof AppError ? TO_DO[error.code] : undefined;
  if (!(error instanceof AppError) || told === undefined) return error;
  const reason = error.cause instanceof Error ? error.cause.message : error.message;
  return new AppError(error.code, `The bucket ${bucket} at ${endpoint} ${told}. (${reason})`, {
    status: error.status,
    cause: error.cause,
  });
}
