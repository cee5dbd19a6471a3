import { notStored } from "../errors.ts";
import { placeOf } from "../key.ts";
import type { ObjectNames } from "../port.ts";
import type { S3Bucket } from "./bucket.ts";
import { objectName } from "./intake.ts";
import type { S3Packs } from "./packs.ts";

const RESULTS = "results/";
/** Servers copy no longer object in one request. */
const MOST_BYTES = 5 * 2 ** 30;

/** Copies of objects under names for people, in the folder `results/` of the prefix; each tells the key of its object. */
export function namesIn(bucket: S3Bucket, packs: S3Packs): ObjectNames {
  const stands = async (name: string, key: string) => (await bucket.objectOf(`${RESULTS}${name}`)) === key;
  return {
    async put(name, key) {
      const place = placeOf(key);
      if (place === undefined) throw notStored(key);
      const target = `${RESULTS}${name}`;
      if (place.kind === "packed") await bucket.put(target, await packs.read(place), key);
      else if (place.bytes <= MOST_BYTES) await bucket.copy(objectName(place), target, key);
    },
    has: stands,
    async remove(name, key) {
      if (await stands(name, key)) await bucket.remove(`${RESULTS}${name}`);
    },
  };
}
