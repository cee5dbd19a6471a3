import { Agent } from "node:https";
import { connect } from "node:net";
import type { RegisterAnswer, RegisterRequest, SignOff } from "../shared/contract/fleet.ts";
import { withoutBrackets } from "../shared/http/address.ts";
import { connectionFault } from "../shared/http/connectionFault.ts";
import { plainAddress } from "../shared/http/token.ts";
import { TunnelRefusedError } from "../shared/tunnel/refused.ts";

/** What each request to a master needs. */
export interface MasterAccess {
  readonly token: string | undefined;
  /** Authority that vouches for masters that listen by HTTPS; undefined: the usual ones. */
  readonly ca?: Buffer | undefined;
}

const TIMEOUT_MS = 5_000;
/** A slave that stops does not wait longer for a master that is gone. */
const SIGN_OFF_MS = 1_000;

export async function postRegister(
  url: string,
  access: MasterAccess & { readonly request: RegisterRequest },
  signal: AbortSignal,
): Promise<Partial<RegisterAnswer>> {
  const { token, ca, request } = access;
  return await post(`${url}/register`, { token, ca, body: request, timeout: TIMEOUT_MS }, signal);
}

export async function postSignOff(
  url: string,
  access: MasterAccess & { readonly request: SignOff },
): Promise<void> {
  const { token, ca, request } = access;
  const asked = { token, ca, body: request, timeout: SIGN_OFF_MS };
  await post(`${url}/sign_off`, asked, AbortSignal.timeout(SIGN_OFF_MS));
}

interface Post extends MasterAccess {
  readonly body: object;
  readonly timeout: number;
}

async function post<T>(url: string, { token, ca, body, timeout }: Post, signal: AbortSignal): Promise<T> {
  // Loaded here, after the slave listens: its first answer does not wait for axios.
  const { default: axios } = await import("axios");
  const { data } = await axios.post<T>(url, body, {
    signal,
    timeout,
    maxRedirects: 0,
    proxy: false,
    maxContentLength: 64 * 1024,
    ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
    ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
  });
  return data;
}

/** This side's address of a connection to the master. A classic master takes no registration without an address. */
export async function addressTowards(url: URL, signal: AbortSignal): Promise<string> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return await new Promise<string>((resolve, reject) => {
    const host = withoutBrackets(url.hostname);
    // A signal of its own: a socket never removes its listener from its signal.
    const own = AbortSignal.any([signal]);
    const socket = connect({ host, port, signal: own, timeout: TIMEOUT_MS });
    socket.once("connect", () => {
      resolve(plainAddress(socket.localAddress ?? ""));
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
    socket.once("error", reject);
  });
}

/** Why a registration failed, as a sentence that says what to change where that is known. */
export function whyNotRegistered(url: string, error: unknown): string {
  if (error instanceof TunnelRefusedError && error.status !== 401) return whyNoTunnel(url, error);
  const { response } = error instanceof TunnelRefusedError ? { response: error } : (error as FailedRequest);
  if (response === undefined) return connectionFault(url, "master", error);
  const { status, data }: NonNullable<FailedRequest["response"]> = response;
  if (status === 401)
    return "The master refused the registration (401: wrong token). Set FLEET_TOKEN (or MANYHANDS_TOKEN) to the master's value.";
  if (status === 404 || status === 405)
    return `${url} is not a master (it answered ${status}). Set MASTER_URL to the master's address (port 5000 by default).`;
  return `The master refused the registration (${status}: ${String(data?.error ?? "no reason")}).`.slice(
    0,
    300,
  );
}

function whyNoTunnel(url: string, { status }: TunnelRefusedError): string {
  if (status === 404 || status === 405 || status === 426)
    return `${url} takes no connection of a slave (it answered ${status}). Set MASTER_URL to a master that knows SLAVE_CONNECT=out; a proxy before it must pass Upgrade on.`;
  return `The master refused the connection of this slave (${status}).`;
}

interface FailedRequest {
  readonly response?: { readonly status: number; readonly data?: { readonly error?: unknown } };
}
