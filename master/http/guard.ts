import type { RequestHandler } from "express";
import type { Access } from "../../shared/access.ts";
import { Attempts, TOKEN_ATTEMPTS } from "../../shared/http/attempts.ts";
import { ANYONE, Door } from "../../shared/http/door.ts";
import { BEARER_OR_BASIC } from "../../shared/http/token.ts";
import type { Logger } from "../../shared/logger.ts";
import type { Clients } from "./clients.ts";

export interface GuardDeps {
  readonly access: Access;
  /** Addresses of classic slaves: they need no token. */
  readonly classicSlaves: readonly string[];
  readonly clients: Clients;
  readonly logger: Logger;
}

export interface Guards {
  /** Admits clients with one of their tokens, as Bearer or by Basic; every client when no token is set. */
  readonly client: RequestHandler;
  /** Admits slaves with the fleet's token, and classic slaves by their address. */
  readonly fleet: RequestHandler;
}

export function createGuards({ access, classicSlaves, clients, logger: log }: GuardDeps): Guards {
  // One count for both doors: an address that guesses tokens at one is held back at the other.
  const attempts = new Attempts(TOKEN_ATTEMPTS);
  const { clientTokens, fleetToken } = access;
  const fleetTokens = fleetToken === undefined ? [] : [{ name: "fleet", token: fleetToken }];
  return {
    client: guard(new Door({ tokens: clientTokens, scheme: BEARER_OR_BASIC, log, attempts }), clients),
    fleet: guard(new Door({ tokens: fleetTokens, addresses: classicSlaves, log, attempts })),
  };
}

function guard(door: Door, clients?: Clients): RequestHandler {
  return (req, _res, next) => {
    const name = door.admit(req);
    if (name !== ANYONE) clients?.note(req, name);
    next();
  };
}
