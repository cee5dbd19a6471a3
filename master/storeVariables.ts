import { secret, secretIn } from "../shared/access.ts";
import { as } from "../shared/env.ts";
import { ConfigError } from "../shared/errors.ts";
import type { S3Connection, S3Keys } from "./store/s3/connection.ts";
import { placeOfUrl } from "./store/s3/place.ts";

/** Variables of the master for a store in a bucket. */
export const STORE_VARIABLES = {
  storeUrl: {
    ...secret(
      "STORE_URL",
      "Bucket for inputs and results, in place of the spool in DATA_DIR: `s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1&path_style=true`. Masters with the same DATABASE_URL share it; any other master needs a prefix of its own.",
    ),
    unset: "the spool in DATA_DIR",
  },
  storeAccessKey: {
    ...secret("STORE_ACCESS_KEY", "Access key of the bucket."),
    unset: "as the AWS tools find it: AWS_ACCESS_KEY_ID, profiles, roles",
  },
  storeSecretKey: secret("STORE_SECRET_KEY", "Secret of STORE_ACCESS_KEY."),
  resultsInBucket: {
    name: "RESULTS_IN_BUCKET",
    schema: as.flag,
    fallback: "true",
    meaning:
      "`true`: with STORE_URL each result also lies in the bucket under its name: `<prefix>/results/<task>/<name>`. It costs a request for each result.",
  },
  resultsRedirect: {
    name: "RESULTS_REDIRECT",
    schema: as.flag,
    fallback: "false",
    meaning:
      "`true`: a request for a result of more than 64 KB is answered with a redirect to the bucket, signed for five minutes, so that its bytes do not pass the master. Clients must reach the endpoint of STORE_URL.",
  },
  storeSecretKeyFile: secret("STORE_SECRET_KEY_FILE", "File that holds STORE_SECRET_KEY."),
} as const;

export interface StoreValues {
  readonly storeUrl: string | undefined;
  readonly storeAccessKey: string | undefined;
  readonly storeSecretKey: string | undefined;
  readonly storeSecretKeyFile: string | undefined;
  readonly resultsInBucket: boolean;
  readonly resultsRedirect: boolean;
}

/** Undefined: the store is a folder of this machine. @throws ConfigError, which repeats no secret */
export function readStore(
  values: StoreValues,
): Pick<S3Connection, "place" | "keys" | "isLinked" | "isNamed"> | undefined {
  const { storeUrl, resultsRedirect: isLinked, resultsInBucket: isNamed } = values;
  if (storeUrl !== undefined) return { place: placeOfUrl(storeUrl), keys: keysOf(values), isLinked, isNamed };
  if (isLinked)
    throw new ConfigError("RESULTS_REDIRECT needs STORE_URL: only a bucket can be redirected to.");
  return undefined;
}

function keysOf(values: StoreValues): S3Keys | undefined {
  const { storeAccessKey, storeSecretKey = secretIn("STORE_SECRET_KEY_FILE", values.storeSecretKeyFile) } =
    values;
  if (storeAccessKey === undefined && storeSecretKey === undefined) return undefined;
  if (storeAccessKey === undefined || storeSecretKey === undefined)
    throw new ConfigError("STORE_ACCESS_KEY and STORE_SECRET_KEY are set together, or neither is.");
  return { accessKeyId: storeAccessKey, secretAccessKey: storeSecretKey };
}
