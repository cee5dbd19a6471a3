import type { Request } from "express";
import type { NamedToken } from "../access.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Attempts, TOKEN_ATTEMPTS } from "./attempts.ts";
import { type AuthScheme, BEARER, peerAddress, tokenGiven } from "./token.ts";
import { tooManyGuesses, WrongTokens } from "./wrongTokens.ts";

export interface DoorOptions {
  /** A request must have one of these tokens; empty: it needs none. */
  readonly tokens: readonly NamedToken[];
  /** Addresses that need no token. */
  readonly addresses?: readonly string[];
  /** How a request shows its token; default: `Authorization: Bearer`. */
  readonly scheme?: AuthScheme;
  readonly log: Logger;
  /** Several doors of a process may share them. */
  readonly wrongTokens?: WrongTokens;
}

/** Name of a client that needed no token. */
export const ANYONE = "anyone";

/** Checks the token of each request; wrong tokens are counted and logged by address, never by their text. */
export class Door {
  readonly #options: DoorOptions;
  readonly #scheme: AuthScheme;
  readonly #known: ReadonlySet<string>;
  readonly #wrongTokens: WrongTokens;
  /** Bounds how much refused requests can write into the log. */
  readonly #logged = new Attempts(TOKEN_ATTEMPTS);

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#scheme = options.scheme ?? BEARER;
    this.#known = new Set(options.addresses);
    this.#wrongTokens = options.wrongTokens ?? new WrongTokens();
  }

  /**
   * Answers the name of the client that the token belongs to; `ANYONE` for a request that needs none and has none.
   * A right token is always let in, also beside wrong ones from the same address.
   * @throws AppError `unauthorized` (401), `too_many_attempts` (429) for a guess after too many from this address
   */
  admit(req: Request): string {
    const { tokens } = this.#options;
    if (tokens.length === 0) return ANYONE;
    const address = peerAddress(req);
    if (req.headers.authorization === undefined) {
      if (this.#known.has(address)) return ANYONE;
      throw this.#refused(req, "no token");
    }
    return this.admitWith(req, this.#scheme.tokenOf(req) ?? "");
  }

  /**
   * The same for a token that the request shows in another way than its head.
   * @throws AppError `unauthorized` (401), `too_many_attempts` (429)
   */
  admitWith(req: Request, given: string): string {
    const { tokens } = this.#options;
    if (tokens.length === 0) return ANYONE;
    const address = peerAddress(req);
    const found = tokenGiven(given, tokens);
    if (found !== undefined) return found.name;
    const seconds = this.#wrongTokens.guessed(address, given);
    if (seconds === 0) throw this.#refused(req, "wrong token");
    this.#log(req, "too many wrong tokens");
    throw tooManyGuesses(seconds);
  }

  /**
   * Whether `admit` would let the request in, for handlers that answer other clients, too.
   * @throws AppError `too_many_attempts` (429)
   */
  knows(req: Request): boolean {
    return this.nameOf(req) !== undefined;
  }

  /**
   * The name that `admit` would answer; undefined where it would refuse the request.
   * @throws AppError `too_many_attempts` (429)
   */
  nameOf(req: Request): string | undefined {
    const { tokens } = this.#options;
    const asks = req.headers.authorization !== undefined || this.#known.has(peerAddress(req));
    if (tokens.length > 0 && !asks) return undefined;
    try {
      return this.admit(req);
    } catch (error) {
      if (error instanceof AppError && error.code === "unauthorized") return undefined;
      throw error;
    }
  }

  /** The message does not tell a wrong token from a missing one. */
  #refused(req: Request, reason: string): AppError {
    this.#log(req, reason);
    return new AppError("unauthorized", "A valid token is needed: Authorization: Bearer <token>.", {
      status: 401,
      headers: { "WWW-Authenticate": this.#scheme.challengeFor(req) },
    });
  }

  #log(req: Request, reason: string): void {
    const address = peerAddress(req);
    if (this.#logged.waitFor(address) > 0) return;
    this.#logged.failed(address);
    this.#options.log.warn({ address, method: req.method, path: req.path.slice(0, 100), reason }, "refused");
  }
}
