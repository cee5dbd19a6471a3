import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export const REQUEST_ID = "X-Request-Id";

/** What a client may choose: it goes into logs and headers as it is. */
const VALID = /^[A-Za-z0-9._-]{1,64}$/;

/** Names a request in its answer: by the valid `X-Request-Id` that its client sent, else by a new one. */
export function setRequestId(req: IncomingMessage, res: ServerResponse): void {
  const given = req.headers["x-request-id"];
  res.setHeader(REQUEST_ID, typeof given === "string" && VALID.test(given) ? given : newRequestId());
}

export function newRequestId(): string {
  return randomUUID();
}

/** Undefined for an answer of a server that names no requests. */
export function requestIdOf(res: ServerResponse): string | undefined {
  const id = res.getHeader(REQUEST_ID);
  return typeof id === "string" ? id : undefined;
}
