import { Agent } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { REREGISTER_SECONDS, type RegisterAnswer, type RegisterRequest } from "../shared/contract/fleet.ts";
import { withoutBrackets } from "../shared/http/address.ts";
import { plainAddress } from "../shared/http/token.ts";
import type { Logger } from "../shared/logger.ts";

export interface RegistrationOptions {
  /** Masters that are tried in turn. */
  readonly masterUrls: readonly string[];
  /** Address for the master to use; undefined: the address from which the slave reaches the master. */
  readonly announced: string | undefined;
  readonly token: string | undefined;
  /** Authority that vouches for masters that listen by HTTPS; undefined: the usual ones. */
  readonly ca?: Buffer | undefined;
  /** What the slave tells of itself. */
  readonly about: Omit<RegisterRequest, "slave_ip">;
  readonly log: Logger;
  /** A slave that no master has polled for so long registers again. */
  readonly unpolledSeconds?: number;
}

const FIRST_WAIT_MS = 250;
/** A master that restarts is back within seconds: it is tried every second at first, then less often. */
const LONGEST_WAIT_MS = { atFirst: 1_000, later: 5_000 };
const ROUNDS_AT_FIRST = 30;
const TIMEOUT_MS = 5_000;
/** A master that misses so many of its own polls is gone. */
const MISSED_POLLS = 2.5;

/** Keeps the slave known to a master: registers, and registers again when no master has polled it for a while. */
export class Registration {
  readonly #options: RegistrationOptions;
  #polledAt = 0;
  /** The interval that the master named in its answer. */
  #pollSeconds: number | undefined;
  #doubt = new AbortController();
  /** Index of the master that is tried next. */
  #current = 0;
  #isRegistered = false;

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Resolves when the signal is aborted. Masters that cannot be reached are tried until then. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await this.#registerSomewhere(signal);
        await this.#untilUnpolled(signal);
        this.#options.log.debug("no master has polled this slave for a while: it registers again");
      }
    } catch (error) {
      if (!signal.aborted)
        this.#options.log.error({ err: error }, "registration ended: restart the slave to register it again");
    }
  }

  /** To be called when a master asks for something. */
  polled(): void {
    this.#polledAt = performance.now();
  }

  /** To be called when a master breaks a connection off. The master may have ended, so the slave registers at once. */
  doubted(): void {
    this.#doubt.abort();
  }

  /** The last master first, the others after it; the wait after each round is longer than the one before. */
  async #registerSomewhere(signal: AbortSignal): Promise<void> {
    const { masterUrls, log } = this.#options;
    for (let tries = 1; ; tries += 1) {
      const url = masterUrls[this.#current] ?? "";
      try {
        const { slave_id, state, poll_seconds } = await register(url, this.#options, signal);
        this.#pollSeconds = poll_seconds;
        log[this.#isRegistered ? "debug" : "info"]({ master: url, slave_id, state }, "registered");
        this.#isRegistered = true;
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.#isRegistered = false;
        if (isNewsworthy(tries)) log.warn({ master: url, reason: reasonOf(error) }, "master not reached");
      }
      this.#current = (this.#current + 1) % masterUrls.length;
      if (tries % masterUrls.length === 0)
        await sleep(waitAfter(tries / masterUrls.length), null, { signal });
    }
  }

  async #untilUnpolled(signal: AbortSignal): Promise<void> {
    this.#doubt = new AbortController();
    this.polled();
    for (;;) {
      const left = this.#polledAt + this.#unpolledSeconds() * 1_000 - performance.now();
      if (left <= 0) return;
      const either = AbortSignal.any([signal, this.#doubt.signal]);
      await sleep(left, null, { signal: either }).catch(() => undefined);
      signal.throwIfAborted();
      // A master that ends many leases at once is asked once.
      if (this.#doubt.signal.aborted) return await sleep(FIRST_WAIT_MS, undefined, { signal });
    }
  }

  #unpolledSeconds(): number {
    const { unpolledSeconds } = this.#options;
    if (unpolledSeconds !== undefined) return unpolledSeconds;
    return Math.min(REREGISTER_SECONDS, MISSED_POLLS * (this.#pollSeconds ?? REREGISTER_SECONDS));
  }
}

async function register(
  url: string,
  options: RegistrationOptions,
  signal: AbortSignal,
): Promise<Partial<RegisterAnswer>> {
  // Loaded here, after the slave listens: its first answer does not wait for axios.
  const { default: axios } = await import("axios");
  const { token, about, ca } = options;
  const slave_ip = options.announced ?? (await addressTowards(new URL(url), signal));
  const { data } = await axios.post<Partial<RegisterAnswer>>(
    `${url.replace(/\/+$/, "")}/register`,
    { slave_ip, ...about } satisfies RegisterRequest,
    {
      signal,
      timeout: TIMEOUT_MS,
      maxRedirects: 0,
      proxy: false,
      maxContentLength: 64 * 1024,
      ...(ca === undefined ? {} : { httpsAgent: new Agent({ ca }) }),
      ...(token === undefined ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    },
  );
  return data;
}

/** This side's address of a connection to the master. A classic master takes no registration without an address. */
async function addressTowards(url: URL, signal: AbortSignal): Promise<string> {
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
    socket.once("timeout", () => socket.destroy(new Error("the connection timed out")));
    socket.once("error", reject);
  });
}

function waitAfter(rounds: number): number {
  const longest = rounds <= ROUNDS_AT_FIRST ? LONGEST_WAIT_MS.atFirst : LONGEST_WAIT_MS.later;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (rounds - 1), longest);
  return wait * (0.75 + Math.random() / 2);
}

/** True for the first failures, then for each twelfth. */
function isNewsworthy(failures: number): boolean {
  return failures <= 3 || failures % 12 === 0;
}

/** Why a master was not reached, and which setting to change where that is known. */
export function reasonOf(error: unknown): string {
  const { response, code = "", message = String(error) } = error as FailedRequest;
  if (response !== undefined) {
    const said = `it answered ${response.status}: ${String(response.data?.error ?? "")}`.slice(0, 300);
    return response.status === 401 ? `${said} Set FLEET_TOKEN (or MANYHANDS_TOKEN) as at the master.` : said;
  }
  if (code === "EPROTO") return "there is no HTTPS: begin the address in MASTER_URL with http://";
  if (code === "ECONNRESET")
    return "it cut the connection; if it listens by HTTPS, MASTER_URL needs https://";
  if (UNTRUSTED.test(code)) {
    return "its certificate is not trusted: set TLS_CA to the certificate of its authority";
  }
  return message || code;
}

/** Node's codes for a certificate that no known authority has signed. */
const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)/;

interface FailedRequest {
  readonly response?: { readonly status: number; readonly data?: { readonly error?: unknown } };
  readonly code?: string;
  readonly message?: string;
}
