import type { Redis } from "ioredis";
import { ConfigError } from "../../../../shared/errors.ts";
import { ANSWER_MS, type EngineOptions, nameIn, type QueueEngine } from "./engine.ts";
import { openLane } from "./lane.ts";
import { loadBull, loadRedis } from "./library.ts";
import { openNews } from "./news.ts";
import { requireRedis } from "./requireRedis.ts";

/** Prefix of all keys, so that the Redis can be shared with other programs. */
const PREFIX = "manyhands";

/** Pauses between two tries to reach a server that was lost. */
function pauseMs(tries: number): number {
  return Math.min(1_000, 100 * tries);
}

/** Opens a Redis (6.2 or later). @throws AppError `driver_missing`, `bad_configuration`; an error of the connection */
export async function openRedis({ url, scope, warn }: EngineOptions): Promise<QueueEngine> {
  const [bull, Library] = await Promise.all([loadBull(), loadRedis()]);
  const shared = { lazyConnect: true, maxRetriesPerRequest: null, retryStrategy: pauseMs, keepAlive: 10_000 };
  // A call fails soon where the server is away or silent. It is not made again by itself: its caller knows whether it may be.
  const redis = new Library(url, {
    ...shared,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: true,
  });
  // Never connected itself: its copies wait for news, for as long as it takes.
  const listening = new Library(url, shared);
  for (const client of [redis, listening]) client.on("error", () => undefined);
  try {
    await connected(redis, url);
    await requireRedis(redis, warn);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  const engine = { bull, connection: redis, factory: bull.createRedisBackend, prefix: PREFIX };
  return {
    lane: (name) => openLane(engine, nameIn(scope, name)),
    news: (onNews) => openNews({ ...engine, name: nameIn(scope, "news") }, listening, onNews),
    probe: async () => {
      await redis.set(`${PREFIX}:probe`, "1", "EX", 60);
    },
    close: async () => {
      redis.disconnect();
    },
  };
}

async function connected(redis: Redis, url: string): Promise<void> {
  let cause: unknown;
  redis.on("error", (error) => (cause = error));
  try {
    await redis.connect();
  } catch (error) {
    const refused = [cause, error].find(
      (one) => one instanceof Error && /WRONGPASS|NOAUTH|NOPERM/.test(one.message),
    );
    if (refused instanceof Error)
      throw new ConfigError(`QUEUE_URL: the server refuses the connection: ${refused.message}.`);
    throw cause ?? error;
  }
  const { pathname } = new URL(url);
  if (!/^(?:\/\d*)?$/.test(pathname))
    throw new ConfigError(
      "QUEUE_URL: a number of a database is needed after the host of a Redis, or nothing.",
    );
}
