import { setTimeout as sleep } from "node:timers/promises";
import {
  REREGISTER_SECONDS,
  type RegisterAnswer,
  type RegisterRequest,
  type SignOff,
} from "../shared/contract/fleet.ts";
import { hostAndPort } from "../shared/http/address.ts";
import type { Logger } from "../shared/logger.ts";
import {
  addressTowards,
  type MasterAccess,
  postRegister,
  postSignOff,
  whyNotRegistered,
} from "./masterCalls.ts";
import type { Tunnel } from "./tunnel.ts";

export interface RegistrationOptions extends MasterAccess {
  /** Masters that are tried in turn. */
  readonly masterUrls: readonly string[];
  /** Address for the master to use; undefined: the address from which the slave reaches the master. */
  readonly announced: string | undefined;
  /** The connection of a slave that listens nowhere: the master calls it over that one. */
  readonly tunnel?: Pick<Tunnel, "id" | "open" | "close"> | undefined;
  /** What the slave tells of itself. */
  readonly about: Omit<RegisterRequest, "slave_ip" | "tunnel">;
  readonly log: Logger;
  /** A slave that no master has polled for so long registers again. */
  readonly unpolledSeconds?: number;
}

/** A registration that a master accepted. */
interface Held {
  readonly url: string;
  /** Where the master calls this slave. */
  readonly place: Pick<RegisterRequest, "slave_ip" | "tunnel">;
  readonly answer: Partial<RegisterAnswer>;
}

const FIRST_WAIT_MS = 250;
/** A master that restarts is back within seconds: it is tried every second at first, then less often. */
const LONGEST_WAIT_MS = { atFirst: 1_000, later: 5_000 };
const ROUNDS_AT_FIRST = 30;
/** Tries after which the log is told again of a failure that it has. */
const REMINDED_AFTER = 12;
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
  /** The registration that holds; undefined before the first, and when a master takes no further one. */
  #held: Held | undefined;
  /** The last one that a master accepted. */
  #last: Held | undefined;

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
    const held = this.#held;
    if (held?.answer.reason === undefined) return;
    const { reason: _ended, ...answer } = held.answer;
    this.#held = { ...held, answer };
    this.#options.log.info({ master: held.url }, `the master at ${held.url} reaches this slave again`);
  }

  /** To be called when a master breaks a connection off. The master may have ended, so the slave registers at once. */
  doubted(): void {
    this.#doubt.abort();
  }

  /** Says to the master that the slave stops. A classic master does not know that. Never rejects. */
  async signOff(state: SignOff["state"]): Promise<void> {
    if (this.#held === undefined) return;
    await this.#signOffAt(this.#held, state);
    if (state === "gone") this.#options.tunnel?.close();
  }

  async #signOffAt({ url, place, answer }: Held, state: SignOff["state"]): Promise<void> {
    const { about, log } = this.#options;
    if (answer.slave_id === undefined || about.instance === undefined) return;
    const request = { ...place, slave_port: about.slave_port, instance: about.instance, state };
    await postSignOff(url, { ...this.#options, request }).catch((error: unknown) =>
      log.debug({ master: url, err: error }, "the master does not hear that this slave stops"),
    );
  }

  /** The last master first, the others after it; the wait after each round is longer than the one before. */
  async #registerSomewhere(signal: AbortSignal): Promise<void> {
    const { masterUrls, log } = this.#options;
    const told = new Set<string>();
    for (let tries = 1; ; tries += 1) {
      const url = masterUrls[this.#current] ?? "";
      try {
        return await this.#register(url, signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#held = undefined;
        const why = whyNotRegistered(url, error);
        if (!told.has(why) || tries % REMINDED_AFTER === 0) log.warn({ master: url }, why);
        told.add(why);
      }
      this.#current = (this.#current + 1) % masterUrls.length;
      if (tries % masterUrls.length === 0)
        await sleep(waitAfter(tries / masterUrls.length), null, { signal });
    }
  }

  async #register(url: string, signal: AbortSignal): Promise<void> {
    const { about } = this.#options;
    const place = await this.#placeTowards(url, signal);
    const request = { ...place, ...about };
    const answer = await postRegister(url, { ...this.#options, request }, signal);
    this.#pollSeconds = answer.poll_seconds;
    this.#tell({ url, place, answer });
    this.#held = { url, place, answer };
    // A master that was only frozen or cut off would else poll this slave again, and give it work beside the new one.
    if (this.#last !== undefined && this.#last.url !== url) void this.#signOffAt(this.#last, "gone");
    this.#last = this.#held;
  }

  async #placeTowards(url: string, signal: AbortSignal): Promise<Held["place"]> {
    const { announced, tunnel } = this.#options;
    if (tunnel === undefined) return { slave_ip: announced ?? (await addressTowards(new URL(url), signal)) };
    await tunnel.open(url, signal);
    return { tunnel: tunnel.id };
  }

  /** Tells of the first registration, and of a reason why the master does not reach this slave, each once. */
  #tell({ url, place, answer }: Held): void {
    const { log, about } = this.#options;
    const { slave_id, state, reason } = answer;
    const known = { master: url, slave_id, state };
    const isFirst = this.#held?.url !== url;
    const as = hostAndPort(place.slave_ip ?? "", about.slave_port);
    if (isFirst && place.tunnel !== undefined)
      log.info(known, `registered at ${url}, which calls this slave over the connection that it holds`);
    else if (isFirst && state === undefined) log.info(known, `registered at ${url} as ${as}`);
    else if (isFirst)
      log.info(
        known,
        `registered at ${url} as ${as}: the master calls back there, so it must reach this port`,
      );
    if (reason !== undefined && reason !== this.#held?.answer.reason)
      log.warn({ ...known, reason }, `the master cannot use this slave: ${reason}`);
  }

  async #untilUnpolled(signal: AbortSignal): Promise<void> {
    this.#doubt = new AbortController();
    this.#polledAt = performance.now();
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

function waitAfter(rounds: number): number {
  const longest = rounds <= ROUNDS_AT_FIRST ? LONGEST_WAIT_MS.atFirst : LONGEST_WAIT_MS.later;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** (rounds - 1), longest);
  return wait * (0.75 + Math.random() / 2);
}
