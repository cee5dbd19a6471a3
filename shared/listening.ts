import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import { as, type Values } from "./env.ts";
import { ConfigError } from "./errors.ts";

/** Variables for how a process listens; masters and slaves share them. */
export const LISTENING_VARIABLES = {
  allowedHosts: {
    name: "ALLOWED_HOSTS",
    schema: as.list,
    fallback: "",
    meaning:
      "Further host names, separated by commas, by which clients call master or slave (checked against `Host` and `Origin`). `*` allows every name.",
    unset: "none",
  },
  trustProxy: {
    name: "TRUST_PROXY",
    schema: as.list.refine((list) => list.every(isProxy), "addresses, networks (10.0.0.0/8) or loopback"),
    fallback: "",
    meaning:
      "Addresses or networks, separated by commas, of reverse proxies; their X-Forwarded-For counts. `loopback`: proxies on this machine.",
    unset: "none",
  },
  tlsCert: {
    name: "TLS_CERT",
    schema: as.optionalText,
    fallback: undefined,
    meaning: "PEM file with the certificate and its chain. With it the process listens by HTTPS only.",
    unset: "none: HTTP",
  },
  tlsKey: {
    name: "TLS_KEY",
    schema: as.optionalText,
    fallback: undefined,
    meaning: "PEM file with the private key of TLS_CERT.",
    unset: "none",
  },
  headSeconds: {
    name: "HEAD_SECONDS",
    schema: as.seconds,
    fallback: "30",
    meaning: "Time in which the head of a request, or a body that is no upload, must arrive. Then 408.",
  },
  answerIdleSeconds: {
    name: "ANSWER_IDLE_SECONDS",
    schema: as.seconds,
    fallback: "300",
    meaning: "Time after which a client that does not read its answer is disconnected.",
  },
  uploadIdleSeconds: {
    name: "UPLOAD_IDLE_SECONDS",
    schema: as.seconds,
    fallback: "60",
    meaning: "Time in which at least 1 KB of an upload must arrive. A slower one ends with 408.",
  },
  uploadSeconds: {
    name: "UPLOAD_SECONDS",
    schema: as.seconds,
    fallback: "21600",
    meaning: "Time in which a whole upload must arrive. Then 408.",
  },
} as const;

/** Variable for a process that sends requests by HTTPS. */
export const CA_VARIABLE = {
  name: "TLS_CA",
  schema: as.optionalText,
  fallback: undefined,
  meaning: "PEM file with the CA certificates to trust, instead of Node's own list.",
  unset: "Node's own list",
} as const;

export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** @throws ConfigError when only one file is set, one cannot be read, or they are not a certificate and its key */
export function readTls({
  tlsCert,
  tlsKey,
}: Pick<Values<typeof LISTENING_VARIABLES>, "tlsCert" | "tlsKey">): Tls | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new ConfigError("TLS_CERT and TLS_KEY are needed together.");
  const tls = { cert: pem("TLS_CERT", tlsCert), key: pem("TLS_KEY", tlsKey) };
  try {
    createSecureContext(tls);
  } catch {
    throw new ConfigError("TLS_CERT and TLS_KEY are not a certificate and its key in PEM.");
  }
  return tls;
}

/** @throws ConfigError when it cannot be read */
export function readCa(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  const ca = pem("TLS_CA", path);
  if (!ca.includes("-----BEGIN CERTIFICATE-----"))
    throw new ConfigError(`TLS_CA: there is no certificate in PEM in ${path}.`);
  return ca;
}

function pem(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new ConfigError(`${variable}: the file ${path} cannot be read.`);
  }
}

function isProxy(text: string): boolean {
  if (["loopback", "linklocal", "uniquelocal"].includes(text)) return true;
  const [address = "", bits, ...more] = text.split("/");
  const kind = isIP(address);
  if (kind === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128));
}
