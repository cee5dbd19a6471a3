import type { Client } from "pg";
import type { AppError } from "../../../shared/errors.ts";
import type { ChangeHub } from "../../hub.ts";
import type { MasterNews } from "../masters.ts";
import type { PartWatchers } from "../partWatchers.ts";
import { type Announce, announceOn } from "./announcing.ts";
import type { Queries } from "./database.ts";
import { unavailable } from "./errors.ts";
import { Listener } from "./listener.ts";
import { endCutConnections, type LockWish, lockForMaster } from "./masterLocks.ts";
import { NewsOfOthers } from "./newsOfOthers.ts";

export interface OtherMastersDeps {
  readonly db: Queries;
  readonly hub: ChangeHub;
  readonly watchers: PartWatchers;
  readonly schema: string;
  /** Application name of this record's connections, which no other record has. */
  readonly name: string;
  readonly masters: LockWish["masters"];
  /** Ends all connections of this record without waiting for the server. */
  readonly cut: () => void;
  /** Called when the database is lost, and without an error when it is back. */
  readonly onOutage: (outage: AppError | undefined) => void;
}

/** The other masters on the database, and whether it answers: they hear of changes here, and are heard. */
export class OtherMasters {
  /** Tells them in the transaction that changes something. */
  readonly announce: Announce;
  readonly #deps: OtherMastersDeps;
  readonly #news: NewsOfOthers;
  #listener: Listener | undefined;
  readonly #listeners = new Set<(news: MasterNews) => void>();
  #outage: AppError | undefined;

  constructor(deps: OtherMastersDeps) {
    this.#deps = deps;
    this.announce = announceOn(deps.schema, deps.name);
    const onNews = (news: MasterNews) => {
      for (const listener of this.#listeners) listener(news);
    };
    this.#news = new NewsOfOthers({ ...deps, self: deps.name, onNews });
  }

  /** Why the database cannot be used now; undefined while it answers. */
  get outage(): AppError | undefined {
    return this.#outage;
  }

  /** Calls the listener for news that this master has to act on. Returns a function that ends the calls. */
  onNews(listener: (news: MasterNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws AppError `data_in_use` */
  async start(connect: () => Client): Promise<void> {
    const { schema: channel, name } = this.#deps;
    const prepare = async (client: Client) => {
      // At the start there are none but those that are in use.
      if (this.#outage !== undefined) await endCutConnections(client, name);
      await lockForMaster(client, this.#deps);
    };
    const onMessage = this.#news.hear;
    this.#listener = new Listener({
      ...{ connect, prepare, channel, onMessage },
      onLoss: this.#lose,
      onReturn: this.#goOn,
    });
    await this.#listener.start();
  }

  /** @throws AppError `database_unavailable` while the server is lost: another master may have the lock then */
  requireAnswering(): void {
    if (this.#outage !== undefined) throw this.#outage;
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }

  /** Connections that are left would hold what runs over them until their own time-outs. */
  readonly #lose = (cause: unknown): void => {
    const isNews = this.#outage === undefined;
    this.#outage = unavailable(cause);
    this.#deps.cut();
    if (isNews) this.#deps.onOutage(this.#outage);
  };

  readonly #goOn = (): void => {
    this.#outage = undefined;
    this.#news.catchUp();
    this.#deps.onOutage(undefined);
  };
}
