import type { Request, RequestHandler, Response } from "express";
import type { Access } from "../../shared/access.ts";
import { ANYONE, Door } from "../../shared/http/door.ts";
import { requireSameOrigin } from "../../shared/http/hosts.ts";
import { BEARER_OR_BASIC } from "../../shared/http/token.ts";
import { WrongTokens } from "../../shared/http/wrongTokens.ts";
import type { Logger } from "../../shared/logger.ts";
import type { Clients } from "./clients.ts";
import { sessionIdOf } from "./sessionCookie.ts";
import type { Sessions } from "./sessions.ts";

export interface GuardDeps {
  readonly access: Access;
  /** Addresses of classic slaves: they need no token. */
  readonly classicSlaves: readonly string[];
  /** Further names of this master (`ALLOWED_HOSTS`). */
  readonly allowedHosts: readonly string[];
  readonly clients: Clients;
  readonly sessions: Pick<Sessions, "use">;
  readonly logger: Logger;
}

export interface Guards {
  /** Admits clients with one of their tokens, as Bearer or by Basic, or with a session; every client when no token is set. */
  readonly client: RequestHandler;
  /** Admits slaves with the fleet's token, and classic slaves by their address. */
  readonly fleet: RequestHandler;
  /** Whether a request that `fleet` admitted showed the fleet's token. */
  readonly showedFleetToken: (req: Request) => boolean;
  /** Name of the client that `client` would admit; undefined where it would refuse the request. */
  readonly clientOf: (req: Request, res: Response) => string | undefined;
  /**
   * Name of the client that has the token.
   * @throws AppError `unauthorized` (401), `too_many_attempts` (429)
   */
  readonly clientWith: (req: Request, token: string) => string;
  /** @throws AppError `bad_origin` (403) */
  readonly sameOrigin: (req: Request) => void;
}

export function createGuards(deps: GuardDeps): Guards {
  const { access, classicSlaves, clients, logger: log } = deps;
  // One count for both doors: an address that guesses tokens at one is held back at the other.
  const wrongTokens = new WrongTokens();
  const { clientTokens, fleetToken } = access;
  const fleetTokens = fleetToken === undefined ? [] : [{ name: "fleet", token: fleetToken }];
  const clientDoor = new Door({ tokens: clientTokens, scheme: BEARER_OR_BASIC, log, wrongTokens });
  const fleetDoor = new Door({ tokens: fleetTokens, addresses: classicSlaves, log, wrongTokens });
  const showed = new WeakSet<Request>();
  const bySession = clientTokens.length === 0 ? () => undefined : sessionDoor(deps);
  return {
    client: guard(
      (req, res) => bySession(req, res) ?? clientDoor.admit(req),
      (req, name) => clients.note(req, name),
    ),
    fleet: guard(
      (req) => fleetDoor.admit(req),
      (req) => showed.add(req),
    ),
    showedFleetToken: (req) => showed.has(req),
    clientOf: (req, res) => bySession(req, res) ?? clientDoor.nameOf(req),
    clientWith: (req, token) => clientDoor.admitWith(req, token),
    sameOrigin: (req) => requireSameOrigin(req, deps.allowedHosts),
  };
}

type Admit = (req: Request, res: Response) => string;

/** @param note called for each request that showed a token, with the token's name */
function guard(admit: Admit, note: (req: Request, name: string) => void): RequestHandler {
  return (req, res, next) => {
    const name = admit(req, res);
    if (name !== ANYONE) note(req, name);
    next();
  };
}

/** Methods that change nothing. */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Answers the client of a request's session; undefined for a request without one, or with a token beside it. */
function sessionDoor({ sessions, allowedHosts }: GuardDeps) {
  return (req: Request, res: Response): string | undefined => {
    if (req.headers.authorization !== undefined) return undefined;
    const id = sessionIdOf(req);
    const client = id === undefined ? undefined : sessions.use(id, res);
    if (client !== undefined && !SAFE.includes(req.method)) requireSameOrigin(req, allowedHosts);
    return client;
  };
}
