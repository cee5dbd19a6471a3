import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";

/** Pause before the connection that broke is made again. */
const PAUSE_MS = 500;
/** Time between two questions whether the server is there, and silence after which it counts as lost. */
const PROBE_MS = 1_000;
const SILENT_MS = 4_000;

export interface ListenerDeps {
  readonly connect: () => Client;
  /** Called with each new connection before it listens; one that it rejects for is not used. */
  readonly prepare: (client: Client) => Promise<void>;
  readonly channel: string;
  readonly onMessage: (message: string) => void;
  /** The server is lost, or could not be reached again. It ends the connections that are left. */
  readonly onLoss: (cause: unknown) => void;
  /** The connection is there again: messages may have been missed. */
  readonly onReturn: () => void;
}

/** A connection with a signal that is aborted when it has ended. */
interface Listening {
  readonly client: Client;
  readonly ended: AbortSignal;
}

/** A connection that hears what other masters tell. It notices a server that falls silent, and is made again. */
export class Listener {
  readonly #deps: ListenerDeps;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: ListenerDeps) {
    this.#deps = deps;
  }

  /** @throws the error of the first connection */
  async start(): Promise<void> {
    this.#running = this.#keepOn(await this.#listen());
  }

  /** Resolves when the server has ended the connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #listen(): Promise<Listening> {
    const { connect, prepare, channel, onMessage } = this.#deps;
    const client = connect();
    const end = new AbortController();
    client.on("error", (error) => end.abort(error)).on("end", () => end.abort());
    client.on("notification", ({ payload = "" }) => onMessage(payload));
    try {
      await client.connect();
      await answerOf(prepared(client, { prepare, channel }));
    } catch (error) {
      // A server that is silent ends nothing.
      void client.end().catch(() => undefined);
      throw error;
    }
    return { client, ended: end.signal };
  }

  async #keepOn(first: Listening): Promise<void> {
    const { signal } = this.#closing;
    const { onLoss, onReturn } = this.#deps;
    for (let now: Listening | undefined = first; ; ) {
      const loss = now && (await this.#lossOf(now));
      if (signal.aborted) return await now?.client.end().catch(() => undefined);
      if (now !== undefined) onLoss(loss);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      now = signal.aborted ? undefined : await this.#again(onLoss);
      if (now !== undefined) onReturn();
    }
  }

  async #again(onLoss: ListenerDeps["onLoss"]): Promise<Listening | undefined> {
    try {
      return await this.#listen();
    } catch (error) {
      onLoss(error);
      return undefined;
    }
  }

  /** Resolves with the reason when the server is lost; without one when the listener is closed. */
  async #lossOf({ client, ended }: Listening): Promise<unknown> {
    const signal = AbortSignal.any([ended, this.#closing.signal]);
    try {
      for (;;) {
        await sleep(PROBE_MS, undefined, { signal, ref: false });
        await answerOf(client.query("SELECT 1"));
      }
    } catch (error) {
      return error;
    }
  }
}

async function prepared(
  client: Client,
  { prepare, channel }: Pick<ListenerDeps, "prepare" | "channel">,
): Promise<void> {
  await prepare(client);
  await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
}

/**
 * Waits for an answer of the server as long as it may be silent. In two steps: where this process itself was held up, the
 * answer that came meanwhile is read between them.
 * @throws an error when the time is over
 */
async function answerOf(asked: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const half = () =>
    new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), SILENT_MS / 2).unref();
    });
  const answer = asked.then(() => "answer" as const);
  try {
    for (let step = 0; step < 2; step += 1) if ((await Promise.race([answer, half()])) === "answer") return;
    throw new Error(`the database was silent for ${SILENT_MS / 1_000} seconds`);
  } finally {
    clearTimeout(timer);
  }
}
