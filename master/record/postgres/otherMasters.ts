import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import type { ChangeHub } from "../../hub.ts";
import type { PartWatchers } from "../partWatchers.ts";
import { type Announce, announceOn } from "./announcing.ts";
import type { Queries } from "./database.ts";
import { unavailable } from "./errors.ts";
import { Listener, lockForOne } from "./listener.ts";
import { NewsOfOthers } from "./newsOfOthers.ts";

export interface OtherMastersDeps {
  readonly db: Queries;
  readonly hub: ChangeHub;
  readonly watchers: PartWatchers;
  readonly schema: string;
  /** Whether this master holds the lock of the one that may work. */
  readonly isAlone: boolean;
}

/** The other masters on the database: they hear of changes here, and are heard. */
export class OtherMasters {
  /** Tells them in the transaction that changes something. */
  readonly announce: Announce;
  readonly #deps: OtherMastersDeps;
  readonly #news: NewsOfOthers;
  #listener: Listener | undefined;

  constructor(deps: OtherMastersDeps) {
    const self = randomUUID();
    this.#deps = deps;
    this.announce = announceOn(deps.schema, self);
    this.#news = new NewsOfOthers({ ...deps, self });
  }

  /** @throws AppError `data_in_use` */
  async start(connect: () => Client): Promise<void> {
    const { schema: channel, isAlone } = this.#deps;
    const prepare = async (client: Client) => {
      if (isAlone) await lockForOne(client, channel);
    };
    const { hear: onMessage, catchUp: onReturn } = this.#news;
    this.#listener = new Listener({ connect, prepare, channel, onMessage, onReturn });
    await this.#listener.start();
  }

  /** @throws AppError `database_unavailable` until the lock is there again: another master may have it */
  requireLock(): void {
    if (this.#deps.isAlone && this.#listener?.isListening === false) throw unavailable(undefined);
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }
}
