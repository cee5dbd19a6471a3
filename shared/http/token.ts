import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Whether the request carries `Authorization: Bearer` with one of these tokens. Takes the same time for any answer. */
export function bearsToken(req: IncomingMessage, tokens: readonly string[]): boolean {
  const given = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? "")?.[1];
  if (given === undefined) return false;
  const digest = digestOf(given);
  return tokens.filter((token) => timingSafeEqual(digestOf(token), digest)).length > 0;
}

/** The peer's address; an IPv4 address that came mapped into IPv6 is given as IPv4. */
export function peerAddress(req: IncomingMessage): string {
  return plainAddress(req.socket.remoteAddress ?? "");
}

export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
