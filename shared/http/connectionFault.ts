/**
 * Why a first connection to a service failed, as a sentence that names the service and, where it is known, the remedy.
 * @param url without a slash at its end
 * @param service what listens there, e.g. `master`
 */
export function connectionFault(url: string, service: string, cause: unknown): string {
  const { code, reason } = causeOf(cause);
  const isSecure = url.startsWith("https:");
  if (UNTRUSTED.test(code))
    return `${url} does not have a trusted certificate (${reason}). Set TLS_CA to the file of its CA, or of the certificate itself.`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `The certificate of ${url} is not for this address (${reason}). Use a name or an address that it contains.`;
  if (INVALID_NOW.test(code))
    return `The certificate of ${url} is not valid now (${reason}). Renew it, or set the clock of this machine.`;
  if (isSecure && /^(EPROTO$|ERR_SSL_)/.test(code))
    return `${url} does not speak HTTPS. Use ${url.replace("https:", "http:")}.`;
  if (!isSecure && /^(ECONNRESET$|HPE_)/.test(code))
    return `${url} closed the connection. If it uses HTTPS, write ${url.replace("http:", "https:")}.`;
  return `The ${service} at ${url} cannot be reached (${reason}).`;
}

/** Why a connection failed, in words: the cause itself, or the first one of several. */
export function connectionReason(cause: unknown): string {
  return causeOf(cause).reason;
}

/** Node's codes for a certificate that no known authority has signed. */
const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)/;
const INVALID_NOW = /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/;

interface Cause {
  readonly code: string;
  readonly reason: string;
}

function causeOf(error: unknown): Cause {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return { code: "", reason: "no reason is known" };
  const code = "code" in error ? String(error.code) : "";
  return { code, reason: REASONS[code] ?? (error.message || code || error.name) };
}

const REASONS: Readonly<Record<string, string>> = {
  // Node 24 adds advice to its own sentences that fits no program but node itself.
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate in its chain",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its issuer is not known",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its issuer is not known",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  ENOTFOUND: "the host is not known",
  EAI_AGAIN: "the host's name cannot be looked up",
  ETIMEDOUT: "no answer in time",
  ECONNABORTED: "no answer in time",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the network",
};
