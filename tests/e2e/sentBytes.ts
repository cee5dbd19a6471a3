import { randomBytes } from "node:crypto";
import type { Started } from "./fleet.ts";

/** A text of more than 256 KB, which lies alone in a bucket. */
export function longText(): Buffer {
  return Buffer.from(`${randomBytes(150_000).toString("hex")}. A fine day.`);
}

/** Bytes that this master sent to slaves so far. */
export async function sentBy({ url }: Pick<Started, "url">): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^manyhands_bytes_total\{[^}]*to_slaves[^}]*\} (\d+)/m.exec(text)?.[1]);
}
