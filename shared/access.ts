import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import { as, type Values, type Variable } from "./env.ts";
import { ConfigError } from "./errors.ts";

/** Variables for who may send requests to a process; masters, slaves and the CLI share them. */
export const ACCESS_VARIABLES = {
  manyhandsToken: secret("MANYHANDS_TOKEN", "One secret in place of FLEET_TOKEN and CLIENT_TOKEN."),
  manyhandsTokenFile: secret("MANYHANDS_TOKEN_FILE", "File that holds MANYHANDS_TOKEN."),
  fleetToken: secret("FLEET_TOKEN", "Secret that master and slaves show each other."),
  fleetTokenFile: secret("FLEET_TOKEN_FILE", "File that holds FLEET_TOKEN."),
  clientToken: secret(
    "CLIENT_TOKEN",
    "Secret of clients. Several are separated by commas; each may have a name: `name:token`.",
  ),
  clientTokenFile: secret("CLIENT_TOKEN_FILE", "File that holds CLIENT_TOKEN."),
  allowAnonymous: {
    name: "ALLOW_ANONYMOUS",
    schema: as.flag,
    fallback: "false",
    meaning: "`true`: master and slave may listen on the network without a token.",
  },
} as const;

/** A token, and the name of the client that has it. */
export interface NamedToken {
  readonly name: string;
  readonly token: string;
}

export interface Access {
  readonly fleetToken: string | undefined;
  /** A client must have one of these; empty: clients need no token. */
  readonly clientTokens: readonly NamedToken[];
}

/** @throws ConfigError when a token file cannot be read */
export function readAccess(values: Values<typeof ACCESS_VARIABLES>): Access {
  const both = values.manyhandsToken ?? secretIn("MANYHANDS_TOKEN_FILE", values.manyhandsTokenFile);
  const fleet = values.fleetToken ?? secretIn("FLEET_TOKEN_FILE", values.fleetTokenFile) ?? both;
  const client = values.clientToken ?? secretIn("CLIENT_TOKEN_FILE", values.clientTokenFile);
  return { fleetToken: fleet, clientTokens: clientTokens(client, both) };
}

/** `a,bob:b`: the token `a` of `client`, and `b` of `bob`. MANYHANDS_TOKEN is one token, commas included. */
function clientTokens(own: string | undefined, shared: string | undefined): NamedToken[] {
  if (own === undefined) return shared === undefined ? [] : [{ name: NAMELESS, token: shared }];
  const items = own.split(/[,\n]/).map((item) => item.trim());
  return items.filter(Boolean).map((item) => {
    const [, name = NAMELESS, token = ""] = /^(?:([\w.-]{1,64}):)?(.*)$/s.exec(item) ?? [];
    if (token === "") throw new ConfigError(`CLIENT_TOKEN: ${name} has no token after the colon.`);
    return { name, token };
  });
}

/** Name of a client whose token has none. */
const NAMELESS = "client";

/** Demands tokens that tell clients apart; a client may have several (an old one and a new one). @throws ConfigError */
export function requireNames({ clientTokens }: Access): void {
  const nameless = clientTokens.filter(({ name }) => name === NAMELESS).length;
  if (clientTokens.length > 0 && nameless < 2) return;
  throw new ConfigError(
    "JOBS=own needs CLIENT_TOKEN, and where it has several tokens a name for each: alice:token,bob:token.",
  );
}

/** Demands that a variable names only clients that have a token. @throws ConfigError */
export function requireKnown(variable: string, names: Iterable<string>, { clientTokens }: Access): void {
  const known = new Set(clientTokens.map(({ name }) => name));
  const unknown = [...names].find((name) => !known.has(name));
  if (unknown === undefined) return;
  const valid = known.size === 0 ? "no token is set" : `its tokens are of ${[...known].join(", ")}`;
  throw new ConfigError(`${variable} names ${unknown}, which CLIENT_TOKEN does not: ${valid}.`);
}

export interface DoorTerms {
  readonly host: string;
  readonly hostVariable: string;
  readonly protectedBy: readonly string[];
  readonly isProtected: boolean;
  readonly allowAnonymous: boolean;
}

/** Refuses to listen beyond this machine without a token, unless ALLOW_ANONYMOUS is set. @throws ConfigError */
export function refuseOpenDoor(listening: DoorTerms): void {
  const { host, hostVariable, protectedBy, isProtected, allowAnonymous } = listening;
  if (isProtected || allowAnonymous || isLoopback(host)) return;
  throw new ConfigError(
    `${hostVariable}=${host} would let other machines in, and no token is set. ` +
      `Set ${protectedBy.join(" and ")} (or MANYHANDS_TOKEN), or ALLOW_ANONYMOUS=true to open it on purpose.`,
  );
}

export function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const kind = isIP(host);
  return kind !== 0 && loopback.check(host, kind === 4 ? "ipv4" : "ipv6");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

export function secret(name: string, meaning: string): Variable<string | undefined> {
  return { name, schema: as.optionalText, fallback: undefined, meaning, unset: "none" };
}

/** The secret in a file; undefined where no file is named. @throws ConfigError */
export function secretIn(variable: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8").trim() || undefined;
  } catch {
    throw new ConfigError(`${variable}: the file ${path} cannot be read.`);
  }
}
