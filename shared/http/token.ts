import { createHash, timingSafeEqual } from "node:crypto";
import type { Request } from "express";
import type { NamedToken } from "../access.ts";

/** The token of `Authorization: Bearer <token>`; undefined without one. */
function bearerOf(req: Request): string | undefined {
  return /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
}

/** A way in which a request shows its token (RFC 9110, 11). */
export interface AuthScheme {
  readonly tokenOf: (req: Request) => string | undefined;
  /** Value of `WWW-Authenticate` for a request that is refused. */
  readonly challengeFor: (req: Request) => string;
}

const REALM = 'realm="manyhands"';

export const BEARER: AuthScheme = { tokenOf: bearerOf, challengeFor: () => `Bearer ${REALM}` };

/**
 * Also takes the token as the password of HTTP Basic, for browsers: they ask their user for it when they are challenged.
 * A program gets the other challenge, and so does a script of a page, which asks for no HTML.
 */
export const BEARER_OR_BASIC: AuthScheme = {
  tokenOf: (req) => bearerOf(req) ?? basicPasswordOf(req),
  challengeFor: (req) => (wantsPage(req) ? `Basic ${REALM}, charset="UTF-8"` : BEARER.challengeFor(req)),
};

/** Whether HTML is the best answer to the request, as it is to a browser that opens an address. */
export function wantsPage(req: Request): boolean {
  return req.accepts(["text/plain", "application/json", "text/html"]) === "text/html";
}

/** The password of `Authorization: Basic <user:password>`. The name of the user does not count. */
function basicPasswordOf(req: Request): string | undefined {
  const encoded = /^Basic +([\w+/-]+=*)$/i.exec(req.headers.authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? undefined : pair.slice(colon + 1);
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
