import { isIP } from "node:net";
import type { RequestHandler } from "express";
import type { Access } from "../../shared/access.ts";
import { AppError } from "../../shared/errors.ts";
import { bearsToken, peerAddress } from "../../shared/http/token.ts";

/** Lets clients in: with one of their tokens, or everybody when there is none. */
export function clientGuard(access: Access): RequestHandler {
  return (req, _res, next) => {
    const free = access.clientTokens.length === 0;
    next(free || bearsToken(req, access.clientTokens) ? undefined : refused());
  };
}

/** Lets slaves in: with the fleet's token, or classic ones by their address. */
export function fleetGuard(access: Access, classicSlaves: readonly string[]): RequestHandler {
  const known = new Set(classicSlaves.filter((address) => isIP(address) !== 0));
  return (req, _res, next) => {
    const { fleetToken } = access;
    const free = fleetToken === undefined || known.has(peerAddress(req));
    next(free || bearsToken(req, [fleetToken]) ? undefined : refused());
  };
}

/** The same sentence whatever was wrong. */
function refused(): AppError {
  return new AppError("unauthorized", "A valid token is needed: Authorization: Bearer <token>.", {
    status: 401,
  });
}
