import { Agent } from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { REREGISTER_SECONDS, type RegisterAnswer, type RegisterRequest } from "../shared/contract/fleet.ts";
import { plainAddress } from "../shared/http/token.ts";
import type { Logger } from "../shared/logger.ts";

export interface RegistrationOptions {
  /** Masters that are tried in turn. */
  readonly masterUrls: readonly string[];
  /** Address for the master to use; undefined: the one that it is reached from. */
  readonly announced: string | undefined;
  readonly token: string | undefined;
  /** Who may vouch for a master that listens by HTTPS; undefined: the usual ones. */
  readonly ca?: Buffer | undefined;
  /** What the slave says of itself. */
  readonly about: Omit<RegisterRequest, "slave_ip">;
  readonly log: Logger;
  /** Unpolled for so long, it registers again. */
  readonly unpolledSeconds?: number;
}

const FIRST_WAIT_MS = 250;
/** A master that is being restarted is back within seconds: tried every second for a start, then less often. */
const LONGEST_WAIT_MS = { atFirst: 1_000, later: 5_000 };
const ROUNDS_AT_FIRST = 30;
const TIMEOUT_MS = 5_000;
/** A master that has not polled for so many of its own intervals is gone. */
const MISSED_POLLS = 2.5;

/** Keeps the slave known to a master: registers, and again whenever no master has asked for a while. */
export class Registration {
  readonly #options: RegistrationOptions;
  readonly #stop = new AbortController();
  #polledAt = 0;
  /** As the master said when it took the registration. */
  #pollSeconds: number | undefined;
  #doubt = new AbortController();
  #current = 0;
  #isRegistered = false;
  #running: Promise<void> = Promise.resolve();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  /** Returns at once; masters that cannot be reached are tried on and on. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.log.error({ err: error }, "registration ended");
    });
  }

  /** A master asked for something. */
  polled(): void {
    this.#polledAt = performance.now();
  }

  /** A master broke a connection off. It may have ended, and then nobody else will tell: asked at once. */
  doubted(): void {
    this.#doubt.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#registerSomewhere();
      await this.#untilUnpolled();
      this.#options.log.debug("no master has asked for a while: registering again");
    }
  }

  /** The last master first, the others after it; a longer and longer wait after each round. */
  async #registerSomewhere(): Promise<void> {
    const { masterUrls, log } = this.#options;
    const { signal } = this.#stop;
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

  async #untilUnpolled(): Promise<void> {
    const { signal } = this.#stop;
    this.#doubt = new AbortController();
    this.polled();
    for (;;) {
      const left = this.#polledAt + this.#unpolledSeconds() * 1_000 - performance.now();
      if (left <= 0) return;
      await sleep(left, null, { signal: AbortSignal.any([signal, this.#doubt.signal]) }).catch(
        () => undefined,
      );
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
  // Loaded after the slave listens: the first answer shall not wait for it.
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

/** This side's address of a connection to the master: classic masters need to be told one. */
async function addressTowards(url: URL, signal: AbortSignal): Promise<string> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return await new Promise<string>((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // A signal of its own: a connection never takes back that it listens to its signal.
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

/** The first failures, then now and then. */
function isNewsworthy(failures: number): boolean {
  return failures <= 3 || failures % 12 === 0;
}

/** Why a master was not reached, and what to change where that is known. */
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
    return "its certificate is not trusted: set TLS_CA to the file of who vouches for it";
  }
  return message || code;
}

/** What Node calls a certificate that nobody known vouches for. */
const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_(?:VERIFY|GET_ISSUER)/;

interface FailedRequest {
  readonly response?: { readonly status: number; readonly data?: { readonly error?: unknown } };
  readonly code?: string;
  readonly message?: string;
}
