import type { Request } from "express";
import type { NamedToken } from "../access.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { Attempts, TOKEN_ATTEMPTS } from "./attempts.ts";
import { type AuthScheme, BEARER, peerAddress, tokenGiven } from "./token.ts";

export interface DoorOptions {
  /** A request must have one of these tokens; empty: it needs none. */
  readonly tokens: readonly NamedToken[];
  /** Addresses that need no token. */
  readonly addresses?: readonly string[];
  /** How a request shows its token; default: `Authorization: Bearer`. */
  readonly scheme?: AuthScheme;
  readonly log: Logger;
  /** Wrong tokens so far; several doors of a process may share them. */
  readonly attempts?: Attempts;
}

/** Name of a client that needed no token. */
export const ANYONE = "anyone";

/** Checks the token of each request; wrong tokens are counted and logged by address, never by their text. */
export class Door {
  readonly #options: DoorOptions;
  readonly #scheme: AuthScheme;
  readonly #known: ReadonlySet<string>;
  readonly #attempts: Attempts;
  /** Bounds how much refused requests can write into the log. */
  readonly #logged = new Attempts(TOKEN_ATTEMPTS);

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#scheme = options.scheme ?? BEARER;
    this.#known = new Set(options.addresses);
    this.#attempts = options.attempts ?? new Attempts(TOKEN_ATTEMPTS);
  }

  /**
   * Answers the name of the client that the token belongs to.
   * @throws AppError `unauthorized` (401), `too_many_attempts` (429) after too many wrong tokens from this address
   */
  admit(req: Request): string {
    const { tokens } = this.#options;
    const address = peerAddress(req);
    if (tokens.length === 0 || this.#known.has(address)) return ANYONE;
    if (req.headers.authorization === undefined) throw this.#refused(req, "no token");
    const seconds = this.#attempts.waitFor(address);
    if (seconds > 0) {
      this.#log(req, "too many wrong tokens");
      throw tooMany(seconds);
    }
    const found = tokenGiven(this.#scheme.tokenOf(req) ?? "", tokens);
    if (found !== undefined) return found.name;
    this.#attempts.failed(address);
    throw this.#refused(req, "wrong token");
  }

  /** Whether `admit` would let the request in, for handlers that answer other clients, too. */
  knows(req: Request): boolean {
    const { tokens } = this.#options;
    const asks = req.headers.authorization !== undefined || this.#known.has(peerAddress(req));
    if (tokens.length > 0 && !asks) return false;
    try {
      this.admit(req);
      return true;
    } catch (error) {
      if (error instanceof AppError) return false;
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

function tooMany(seconds: number): AppError {
  return new AppError("too_many_attempts", "Too many wrong tokens came from this address. Try again later.", {
    status: 429,
    retryAfter: seconds,
  });
}
