import { placeOf } from "../key.ts";
import type { ObjectLinks } from "../port.ts";
import type { S3Bucket } from "./bucket.ts";
import { objectName } from "./intake.ts";
import { loadPresigner } from "./library.ts";

/** Time in which a client begins to fetch an object. */
const SECONDS = 300;

/** Addresses of objects that lie alone, signed for reading. @throws AppError `driver_missing` from each call */
export function linksTo(bucket: S3Bucket): ObjectLinks {
  return {
    async linkTo(key, answer) {
      const place = placeOf(key);
      if (place?.kind !== "single") return undefined;
      const presigner = await loadPresigner();
      return await bucket.sign(objectName(place), { presigner, seconds: SECONDS, ...answer });
    },
  };
}
