import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { AppError } from "../../../shared/errors.ts";
import { LOCKS } from "./connect.ts";

/** Pause before the connection that broke is made again. */
const PAUSE_MS = 500;

/** Takes the lock that one master has for as long as its connection lives. @throws AppError `data_in_use` */
export async function lockForOne(client: Client, schema: string): Promise<void> {
  const sql = "SELECT pg_try_advisory_lock($1, hashtext($2))::int AS held";
  const { rows } = await client.query<{ readonly held: number }>(sql, [LOCKS, `${schema} master`]);
  if (rows[0]?.held === 1) return;
  throw new AppError(
    "data_in_use",
    "Another master works with this database. Stop it, or give this one another DATABASE_URL.",
  );
}

export interface ListenerDeps {
  readonly connect: () => Client;
  /** Called with each new connection before it listens; one that it rejects for is not used. */
  readonly prepare: (client: Client) => Promise<void>;
  readonly channel: string;
  readonly onMessage: (message: string) => void;
  /** The connection is there again: messages may have been missed. */
  readonly onReturn: () => void;
}

/** A connection that hears what other masters tell, made again when it breaks. */
export class Listener {
  readonly #deps: ListenerDeps;
  readonly #closing = new AbortController();
  /** Defined while it listens. */
  #client: Client | undefined;
  #listening: Promise<void> | undefined;

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
  }

  get isListening(): boolean {
    return this.#client !== undefined;
  }

  /** @throws the error of the first connection */
  async start(): Promise<void> {
    const ended = await this.#listen();
    this.#listening = this.#keepOn(ended);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#listening;
  }

  /** Resolves when it listens, with a promise that resolves when the connection has ended. */
  async #listen(): Promise<{ readonly ended: Promise<void> }> {
    const { connect, prepare, channel, onMessage } = this.#deps;
    const client = connect();
    const ended = new Promise<void>((resolve) => {
      client.on("error", () => resolve());
      client.on("end", () => resolve());
    }).then(() => {
      if (this.#client === client) this.#client = undefined;
    });
    client.on("notification", ({ payload = "" }) => onMessage(payload));
    try {
      await client.connect();
      await prepare(client);
      await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
      this.#closing.signal.throwIfAborted();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    return { ended };
  }

  async #keepOn(first: { readonly ended: Promise<void> }): Promise<void> {
    const { signal } = this.#closing;
    for (let now: { readonly ended: Promise<void> } | undefined = first; ; ) {
      await now?.ended;
      if (signal.aborted) return;
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      now = await this.#listen().catch(() => undefined);
      if (now !== undefined) this.#deps.onReturn();
    }
  }
}
