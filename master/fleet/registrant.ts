import { AppError, UnavailableError } from "../../shared/errors.ts";
import type { Slave } from "./slave.ts";

/** Where a registration came from. */
export interface Registrant {
  readonly address: string;
  /** The request had the fleet's token; then the master sends the token to the slave, too. */
  readonly showedToken: boolean;
}

/**
 * A registration without the token does not replace a slave that showed it, unless that slave is lost or gone.
 * @throws AppError `unauthorized`
 */
export function requireToken(known: Slave, { showedToken }: Registrant): void {
  if (showedToken || !known.showedToken || known.state === "lost" || known.state === "gone") return;
  throw new AppError(
    "unauthorized",
    "A slave with the fleet's token is registered at this address. Register with the token to replace it.",
    { status: 401 },
  );
}

export function tooManySlaves(): UnavailableError {
  return new UnavailableError(
    "too_many_slaves",
    "This master has as many slaves as it may have (MAX_SLAVES).",
  );
}
