import { expect, test } from "vitest";
import { AppError, ConfigError, UnavailableError } from "../../shared/errors.ts";
import { createLogger } from "../../shared/logger.ts";
import { whenReachable } from "./engineWait.ts";

const logger = createLogger("master", "silent");

/** Fails so many times, then gives its number of calls. */
function failing(times: number, error: AppError) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
}

test.each(["database_unavailable", "store_unavailable", "queue_unavailable"] as const)(
  "an engine that is away (%s) is tried again until it answers",
  async (code) => {
    const open = failing(1, new UnavailableError(code, "It does not answer."));
    expect(await whenReachable(open, { seconds: 30, logger })).toBe(2);
  },
);

test("after the longest wait the error of the last try is thrown", async () => {
  const open = failing(9, new UnavailableError("database_unavailable", "It does not answer."));
  await expect(whenReachable(open, { seconds: 0.5, logger })).rejects.toMatchObject({
    code: "database_unavailable",
  });
  expect(await open().catch(() => "tried once")).toBe("tried once");
});

test.each([
  new ConfigError("DATABASE_URL: the server refuses the connection."),
  new AppError("migration_needed", "Run: manyhands migrate"),
  new UnavailableError("store_refused", "The bucket refuses access."),
])("an engine that answers with a refusal is not tried again: $code", async (error) => {
  await expect(whenReachable(failing(1, error), { seconds: 30, logger })).rejects.toBe(error);
});
