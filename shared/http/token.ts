import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";
import type { NamedToken } from "../access.ts";

/** The token of `Authorization: Bearer <token>`; undefined without one. */
export function bearerOf(req: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
}

/** Finds the given token among these. The time that it takes does not depend on the tokens. */
export function tokenGiven(given: string, tokens: readonly NamedToken[]): NamedToken | undefined {
  const digest = digestOf(given);
  return tokens.filter(({ token }) => timingSafeEqual(digestOf(token), digest))[0];
}

/**
 * The address that a request came from; for a trusted proxy (`TRUST_PROXY`) the address that it names. An IPv4 address
 * that is mapped into IPv6 is given as IPv4.
 */
export function peerAddress(req: Request): string {
  return plainAddress(req.ip ?? "");
}

export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
