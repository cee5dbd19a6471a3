import type { Request } from "express";
import { RequestError } from "../../shared/errors.ts";

/** @throws RequestError `bad_idempotency_key` */
export function readRequestKey(req: Request): string | undefined {
  const key = req.get("Idempotency-Key")?.trim();
  if (key === undefined) return undefined;
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new RequestError(
    "bad_idempotency_key",
    "An Idempotency-Key has 1 to 255 printable ASCII characters.",
    { details: { field: "Idempotency-Key" } },
  );
}
