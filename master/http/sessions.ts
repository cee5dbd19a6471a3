import { createHash, randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";

export interface SessionLimits {
  /** Seconds after its last request for which a session is kept. */
  readonly idleSeconds: number;
  /** Most sessions of one client; the one that was used longest ago ends first. */
  readonly perClient: number;
}

const LIMITS: SessionLimits = { idleSeconds: 12 * 3600, perClient: 100 };

/** A browser that signed in. */
interface Session {
  readonly client: string;
  /** Answers that are being sent: they end with the session, and keep it until then. */
  readonly answers: Set<ServerResponse>;
  /** By `now`. */
  usedAt: number;
}

/**
 * Sessions of browsers, in memory: a restart, which also reads the tokens anew, ends all of them. Clients have names, so
 * that their number bounds that of the sessions. Ids are kept as digests, so that a copy of the memory lets no browser in.
 */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #now: () => number;
  /** By the id's digest; the one that was used longest ago comes first. */
  readonly #sessions = new Map<string, Session>();

  constructor(limits: SessionLimits = LIMITS, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Begins a session of a client. Returns its id. */
  open(client: string): string {
    const id = randomBytes(32).toString("base64url");
    this.#forgetOld(client);
    this.#sessions.set(digestOf(id), { client, answers: new Set(), usedAt: this.#now() });
    return id;
  }

  /** The client of a session, which is kept for longer by this; undefined when there is no such session. */
  use(id: string, answer: ServerResponse): string | undefined {
    const key = digestOf(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    if (this.#isOver(session)) {
      this.#end(key);
      return undefined;
    }
    this.#touch(key, session);
    session.answers.add(answer);
    answer.once("close", () => {
      session.answers.delete(answer);
      session.usedAt = this.#now();
    });
    return session.client;
  }

  /** Ends a session and its open answers, but for the one that says so. */
  end(id: string, kept?: ServerResponse): void {
    this.#end(digestOf(id), kept);
  }

  #touch(key: string, session: Session): void {
    session.usedAt = this.#now();
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
  }

  #forgetOld(client: string): void {
    const own: string[] = [];
    for (const [key, session] of this.#sessions) {
      if (this.#isOver(session)) this.#end(key);
      else if (session.client === client) own.push(key);
    }
    for (const key of own.slice(0, Math.max(0, own.length - this.#limits.perClient + 1))) this.#end(key);
  }

  #isOver({ answers, usedAt }: Session): boolean {
    return answers.size === 0 && this.#now() - usedAt > this.#limits.idleSeconds * 1000;
  }

  #end(key: string, kept?: ServerResponse): void {
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    for (const answer of session?.answers ?? []) if (answer !== kept) answer.destroy();
  }
}

function digestOf(id: string): string {
  return createHash("sha256").update(id).digest("base64");
}
