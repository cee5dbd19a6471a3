import { setMaxListeners } from "node:events";
import type { CheckStatusAnswer, RegisterRequest, SignOff } from "../../shared/contract/fleet.ts";
import type { Logger } from "../../shared/logger.ts";
import { placeOf } from "./place.ts";
import { isSilent, type PollDeps, type PollTimes, SlavePolls } from "./polls.ts";
import { provenFolder } from "./proof.ts";
import { type Registrant, requireToken, tooManySlaves } from "./registrant.ts";
import { restsUntil, SlaveRests } from "./rests.ts";
import {
  describe,
  isForgotten,
  type MemoryTimes,
  newSlave,
  type OwnSlave,
  type Slave,
  UNTROUBLED,
} from "./slave.ts";
import { type FailedLease, SlaveNews } from "./slaveNews.ts";
import { HUNG_UP, whyUnanswered } from "./unanswered.ts";

export interface RegistryConfig extends PollTimes, MemoryTimes {
  readonly maxSlaves: number;
  /** Whether this master listens by HTTPS. */
  readonly tls?: object | undefined;
}

export interface RegistryDeps {
  readonly config: RegistryConfig;
  readonly logger: Logger;
  readonly check: PollDeps["check"];
  /** Called when a slave registers, changes its state, or may get units again after a rest. */
  readonly announce: (slave: Slave) => void;
  /** Whether the slave with this id holds a connection to this master. */
  readonly hasTunnel: (id: string) => boolean;
}

/** Time that a slave has to begin to listen: classic slaves register before they do. */
const LISTEN_MS = 1_500;

const STOPPED = "it was stopped";

/**
 * The slaves of this master. A slave is `pending` until its first valid answer, then `alive` and polled. A slave
 * that misses polls is `lost`: it gets no units, and is polled until it answers again or is forgotten.
 */
export class SlaveRegistry {
  readonly #deps: RegistryDeps;
  readonly #slaves = new Map<string, OwnSlave>();
  readonly #rests: SlaveRests;
  readonly #news: SlaveNews;
  readonly #polls: SlavePolls;
  readonly #stop = new AbortController();

  constructor(deps: RegistryDeps) {
    const { config, check, logger, announce } = deps;
    this.#deps = deps;
    this.#rests = new SlaveRests(announce);
    this.#news = new SlaveNews(logger, announce);
    this.#polls = new SlavePolls({
      times: config,
      check,
      onAnswer: (slave, status) => this.#answered(slave, status),
      onMiss: (slave, error) => this.#missed(slave, error),
      stop: this.#stop.signal,
    });
    // The poll of each slave adds a listener.
    setMaxListeners(0, this.#stop.signal);
  }

  /**
   * Adds a slave and begins to poll it. A known slave registers again when it has not been polled for a while.
   * @throws AppError `slave_address_refused`, `unauthorized`, `no_tunnel`; UnavailableError `too_many_slaves`
   */
  async register(request: RegisterRequest, from: Registrant): Promise<Slave> {
    const { address, showedToken } = from;
    const { id, ip } = await placeOf(request, address, this.#deps.hasTunnel);
    const handover = await provenFolder(request.handover);
    const known = this.#slaves.get(id);
    if (known !== undefined) {
      requireToken(known, from);
      return this.#registerAgain(Object.assign(known, { handover, showedToken }), request);
    }
    if (this.#slaves.size >= this.#deps.config.maxSlaves) throw tooManySlaves();
    const slave = { ...newSlave(id, ip, request), handover, showedToken };
    this.#slaves.set(id, slave);
    this.#welcome(slave, request);
    this.#startPolling(slave);
    return slave;
  }

  /** A slave says that it stops. What another process than the registered one says is ignored. */
  async signOff({ instance, state, ...told }: SignOff, remote: string): Promise<void> {
    const slave = this.#slaves.get((await placeOf(told, remote, this.#deps.hasTunnel)).id);
    if (slave?.instance !== instance || slave.state === "gone") return;
    if (state === "gone") this.#news.gone(slave, STOPPED);
    else if (slave.state === "alive") this.#news.draining(slave, "it stops");
  }

  all(): readonly Slave[] {
    return [...this.#slaves.values()];
  }

  get(id: string): Slave | undefined {
    return this.#slaves.get(id);
  }

  /** The slave gets no more units, until another process registers at its address. */
  drain(slave: Slave): void {
    const own = this.#own(slave);
    if (own === undefined) return;
    own.drainWanted = true;
    if (own.state === "alive") this.#news.draining(own, "it was asked to drain");
  }

  /** Forgets a slave whose process has ended: by itself, or because it was stopped. */
  remove(id: string, how: "ended" | "stopped" = "ended"): void {
    const slave = this.#slaves.get(id);
    if (slave === undefined) return;
    this.#slaves.delete(id);
    if (slave.state === "lost" || slave.state === "gone") return;
    if (how === "stopped") this.#news.gone(slave, STOPPED);
    else this.#news.lost(slave, "it ended");
  }

  /** Slaves that may get units now. */
  alive(): readonly Slave[] {
    const now = Date.now();
    return this.all().filter((slave) => slave.state === "alive" && restsUntil(slave) <= now);
  }

  /** Whether a slave answers, one that rests included. */
  isAnyAlive(): boolean {
    return this.all().some(({ state }) => state === "alive");
  }

  /** Whether a slave answers, or has just registered and may. */
  isAnyExpected(): boolean {
    return this.all().some(
      ({ state, reason }) => state === "alive" || (state === "pending" && reason === undefined),
    );
  }

  /** Called when the connection that a slave held has ended: it is lost until it opens another one. */
  hungUp(id: string): void {
    const slave = this.#slaves.get(id);
    if (slave?.state === "alive" || slave?.state === "draining") this.#news.lost(slave, HUNG_UP);
  }

  /** Called when a lease failed by the slave's fault: the slave rests. */
  trouble(slave: Slave, lease: FailedLease): void {
    const own = this.#own(slave);
    if (own === undefined) return;
    void this.#polls.once(own);
    const seconds = this.#rests.trouble(own);
    if (seconds !== undefined) this.#news.troubled(own, lease, seconds);
  }

  /** Called when a slave has no room for units, or the master's disk none for its parts: the slave rests. */
  full(slave: Slave, milliseconds: number): void {
    const own = this.#own(slave);
    if (own !== undefined) this.#rests.full(own, milliseconds);
  }

  /** Called when a lease was answered whole. */
  fine(slave: Slave): void {
    const own = this.#own(slave);
    if (own !== undefined) this.#rests.fine(own);
  }

  stop(): void {
    this.#stop.abort();
  }

  #own(slave: Slave): OwnSlave | undefined {
    const own = this.#slaves.get(slave.id);
    return own === slave ? own : undefined;
  }

  #welcome(slave: OwnSlave, { tls }: RegisterRequest): void {
    this.#news.registered(slave);
    this.#news.versions(slave);
    const isOpen = slave.connect === "direct" && tls !== true;
    if (this.#deps.config.tls !== undefined && isOpen) this.#news.unencrypted(slave);
  }

  #registerAgain(slave: OwnSlave, request: RegisterRequest): Slave {
    const { state } = slave;
    const isRestarted = slave.instance !== request.instance;
    describe(slave, request);
    slave.registeredAt = Date.now();
    if (isRestarted || state === "gone") this.#renew(slave);
    if (state === "gone") this.#welcome(slave, request);
    else if (isRestarted) this.#restarted(slave);
    void this.#polls.once(slave);
    return slave;
  }

  #restarted(slave: OwnSlave): void {
    this.#news.versions(slave);
    if (slave.state !== "pending") this.#news.restarted(slave);
  }

  /** The troubles belong to the process before. */
  #renew(slave: OwnSlave): void {
    Object.assign(slave, { ...UNTROUBLED, drainWanted: false, knownSince: Date.now() });
  }

  #startPolling(slave: OwnSlave): void {
    const isOver = () => this.#own(slave) === undefined || this.#forget(slave);
    this.#polls.run(slave, isOver).catch((error: unknown) => {
      if (!this.#stop.signal.aborted)
        this.#deps.logger.error(
          { err: error, slave: slave.name },
          "an error ended the polls of a slave: restart the master to poll it again",
        );
    });
  }

  #answered(slave: OwnSlave, status: CheckStatusAnswer): void {
    if (this.#own(slave) === undefined) return;
    slave.missedPolls = 0;
    slave.lastSeen = Date.now();
    slave.status = status;
    slave.slots = status.slots ?? slave.slots;
    if (status.instance !== undefined && slave.instance !== undefined && status.instance !== slave.instance) {
      slave.instance = status.instance;
      slave.drainWanted = false;
      this.#news.restarted(slave);
    }
    const state = status.draining === true || slave.drainWanted ? "draining" : "alive";
    if (slave.state === state) return;
    if (state === "alive") this.#news.alive(slave);
    else this.#news.draining(slave, "it stops");
  }

  #missed(slave: OwnSlave, error: unknown): void {
    if (this.#own(slave) === undefined) return;
    slave.missedPolls += 1;
    const reason = whyUnanswered(error, slave);
    const isWorking = slave.state === "alive" || slave.state === "draining";
    if (!isWorking) {
      if (Date.now() - slave.knownSince >= LISTEN_MS) this.#news.unanswered(slave, reason);
    } else if (isSilent(slave, this.#deps.config)) this.#news.lost(slave, reason);
  }

  /** Forgets a slave that has not been heard of for long. */
  #forget(slave: Slave): boolean {
    return isForgotten(slave, this.#deps.config) && this.#slaves.delete(slave.id);
  }
}
