import type { Request, Response } from "express";
import { RequestError } from "../../shared/errors.ts";
import { requestIdOf } from "../../shared/http/requestId.ts";

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

/** What the record keeps of the request's name, for the log. */
export function requestTerm(res: Response): { readonly requestId?: string } {
  const requestId = requestIdOf(res);
  return requestId === undefined ? {} : { requestId };
}
