import { AppError } from "../../shared/errors.ts";
import type { Slave } from "./slave.ts";

type Asked = Pick<Slave, "baseUrl" | "connect" | "registeredAt" | "lastSeen">;

/** Why a slave gave no valid answer to a poll, in words; for a slave that may be behind a firewall with what to do. */
export function whyUnanswered(error: unknown, slave: Asked): string {
  const { baseUrl: url } = slave;
  if (error instanceof AppError) return `${url} gives no valid answer: ${error.message}`;
  const { code = "", message = String(error) } = error as {
    readonly code?: string;
    readonly message?: string;
  };
  const tls = certificateFault(code, message);
  if (tls !== undefined) return `${url} has ${tls}`;
  const why = SILENT[code];
  if (slave.connect === "out" && why !== undefined)
    return why === "timeout" ? "it does not answer over the connection that it holds" : HUNG_UP;
  if (why === undefined) return `${url} gives no valid answer: ${message.slice(0, 200)}`;
  // It reached the master after its last answer: then something is between them in this direction only.
  const hint = slave.registeredAt > (slave.lastSeen ?? 0) ? ": open this port, or set SLAVE_IP" : "";
  return `${url} does not answer (${why})${hint}`;
}

export const HUNG_UP = "its connection to this master ended";

/** Codes of Node and axios for a peer that cannot be reached. */
const SILENT: Readonly<Record<string, string>> = {
  ERR_CANCELED: "timeout",
  ETIMEDOUT: "timeout",
  ECONNABORTED: "timeout",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  EHOSTUNREACH: "no route",
  ENETUNREACH: "no route",
  // Linux has a blackhole route to it.
  EINVAL: "no route",
  EHOSTDOWN: "host down",
  EPROTO: "no HTTPS",
};

function certificateFault(code: string, message: string): string | undefined {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const found = /cert's (?:altnames|list): (.*)$/.exec(message)?.[1] ?? "other names";
    return `a certificate for another address (${found.slice(0, 200)}): give it one with its address, or set SLAVE_IP to a name in it`;
  }
  if (code === "CERT_HAS_EXPIRED") return "a certificate that has expired";
  if (/SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)/.test(code))
    return "a certificate that is not trusted: set TLS_CA at the master to the certificate of its authority";
  return undefined;
}
