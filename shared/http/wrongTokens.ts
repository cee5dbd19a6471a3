import { createHash } from "node:crypto";
import type { ErrorRequestHandler } from "express";
import { AppError } from "../errors.ts";
import { Attempts, TOKEN_ATTEMPTS } from "./attempts.ts";

/** Wrong tokens that are remembered; the oldest is forgotten first. */
const REMEMBERED = 10_000;
/** Time for which the answer to a guess is held back. */
const HOLD_MS = 1_000;
/** Answers of a process that are held back at the same time; others only end their connection. */
const MOST_HELD = 256;

/**
 * Counts guesses by address. A right token is never asked about here, so guesses do not shut out other users of their
 * address. The same wrong token again is no guess: a slave or client with an old token sends it for days.
 */
export class WrongTokens {
  readonly #attempts = new Attempts(TOKEN_ATTEMPTS);
  readonly #known = new Set<string>();

  /** Counts a wrong token. Returns the seconds until the address may try another one; 0: now. */
  guessed(address: string, token: string): number {
    const guess = `${address} ${createHash("sha256").update(token).digest("base64")}`;
    if (this.#known.has(guess)) return 0;
    const seconds = this.#attempts.waitFor(address);
    if (seconds > 0) return seconds;
    this.#attempts.failed(address);
    this.#remember(guess);
    return 0;
  }

  #remember(guess: string): void {
    this.#known.add(guess);
    if (this.#known.size <= REMEMBERED) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

export function tooManyGuesses(seconds: number): AppError {
  return new AppError("too_many_attempts", "Too many wrong tokens came from this address. Try again later.", {
    status: 429,
    retryAfter: seconds,
  });
}

/**
 * Stands before `problemHandler`: holds the answer to a guess beyond the limit back and then ends its connection, so
 * that each guess costs a connection and a second.
 */
export function slowGuesses(holdMs = HOLD_MS): ErrorRequestHandler {
  let held = 0;
  // biome-ignore lint/complexity/useMaxParams: Express knows an error handler by its four parameters.
  return (error: unknown, _req, res, next) => {
    if (!(error instanceof AppError) || error.code !== "too_many_attempts") return next(error);
    res.setHeader("Connection", "close");
    if (held >= MOST_HELD) return next(error);
    held += 1;
    const timer = setTimeout(() => next(error), holdMs);
    res.once("close", () => {
      held -= 1;
      clearTimeout(timer);
    });
  };
}
