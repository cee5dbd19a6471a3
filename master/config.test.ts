import { expect, test } from "vitest";
import { readMasterConfig } from "./config.ts";

test("a slave cannot be given up before it had to say anything", () => {
  expect(() => readMasterConfig({ SLAVE_SILENCE_SECONDS: "2" })).toThrow(
    "SLAVE_SILENCE_SECONDS=2: at least 3 seconds are needed",
  );
  expect(readMasterConfig({ SLAVE_SILENCE_SECONDS: "3" }).silenceSeconds).toBe(3);
});
