import type { Request, RequestHandler } from "express";
import type { Access } from "../../shared/access.ts";
import { ANYONE, Door } from "../../shared/http/door.ts";
import { BEARER_OR_BASIC } from "../../shared/http/token.ts";
import { WrongTokens } from "../../shared/http/wrongTokens.ts";
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
  /** Whether a request that `fleet` admitted showed the fleet's token. */
  readonly showedFleetToken: (req: Request) => boolean;
}

export function createGuards({ access, classicSlaves, clients, logger: log }: GuardDeps): Guards {
  // One count for both doors: an address that guesses tokens at one is held back at the other.
  const wrongTokens = new WrongTokens();
  const { clientTokens, fleetToken } = access;
  const fleetTokens = fleetToken === undefined ? [] : [{ name: "fleet", token: fleetToken }];
  const clientDoor = new Door({ tokens: clientTokens, scheme: BEARER_OR_BASIC, log, wrongTokens });
  const fleetDoor = new Door({ tokens: fleetTokens, addresses: classicSlaves, log, wrongTokens });
  const showed = new WeakSet<Request>();
  return {
    client: guard(clientDoor, (req, name) => clients.note(req, name)),
    fleet: guard(fleetDoor, (req) => showed.add(req)),
    showedFleetToken: (req) => showed.has(req),
  };
}

/** @param note called for each request that showed a token, with the token's name */
function guard(door: Door, note: (req: Request, name: string) => void): RequestHandler {
  return (req, _res, next) => {
    const name = door.admit(req);
    if (name !== ANYONE) note(req, name);
    next();
  };
}
