import type { Redis } from "ioredis";
import { ConfigError } from "../../../../shared/errors.ts";

/** Least version, as BullMQ has scripts that older ones do not know. */
const LEAST = [6, 2] as const;

const EVICTION =
  "a Redis that is full then removes bundles, and their files wait until a master notices. Set maxmemory-policy noeviction; a full Redis then refuses new bundles, and the masters new jobs.";
const NO_AOF =
  "a Redis that ends forgets the bundles that wait, and the masters send them again some seconds later. Set appendonly yes with appendfsync everysec; each change then is written to its disk, some percent of its speed.";

/** Warns of settings that cost time when something fails. @throws ConfigError when the server is too old */
export async function requireRedis(redis: Pick<Redis, "info" | "call">, warn: (risk: string) => void) {
  const version = /^redis_version:(\d+)\.(\d+)[^\r\n]*/m.exec(await redis.info("server"));
  const [text = "", major = "0", minor = "0"] = version ?? [];
  const isOld = Number(major) < LEAST[0] || (Number(major) === LEAST[0] && Number(minor) < LEAST[1]);
  if (isOld)
    throw new ConfigError(
      `QUEUE_URL: the server has ${text.replace(":", " ")}; version ${LEAST.join(".")} or later is needed.`,
    );
  const policy = await settingOf(redis, "maxmemory-policy");
  if (policy === undefined)
    warn(
      "the Redis (QUEUE_URL) does not tell its settings: see that it has maxmemory-policy noeviction and appendonly yes",
    );
  if (policy !== undefined && policy !== "noeviction")
    warn(`maxmemory-policy is ${policy} at the Redis (QUEUE_URL): ${EVICTION}`);
  if ((await settingOf(redis, "appendonly")) === "no")
    warn(`appendonly is no at the Redis (QUEUE_URL): ${NO_AOF}`);
  else if ((await settingOf(redis, "appendfsync")) === "no")
    warn(`appendfsync is no at the Redis (QUEUE_URL): ${NO_AOF}`);
}

/** Undefined where the server keeps its settings to itself, as those of some providers do. */
async function settingOf(redis: Pick<Redis, "call">, name: string): Promise<string | undefined> {
  const answer = await redis.call("CONFIG", "GET", name).catch(() => undefined);
  return Array.isArray(answer) && typeof answer[1] === "string" ? answer[1] : undefined;
}
