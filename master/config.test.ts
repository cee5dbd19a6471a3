import { expect, test } from "vitest";
import { retentionPolicy } from "./compose/retentionPolicy.ts";
import { readMasterConfig } from "./config.ts";

test.each([
  [
    "alice=3,batch=0.5",
    [
      ["alice", 3],
      ["batch", 0.5],
    ],
  ],
  [" alice = 100 , ", [["alice", 100]]],
  ["", []],
] as const)("CLIENT_WEIGHTS=%s are weights", (text, weights) => {
  const env = { CLIENT_TOKEN: "alice:a,batch:b", CLIENT_WEIGHTS: text };
  expect([...readMasterConfig(env).clientWeights]).toEqual(weights);
});

test.each([
  "alice",
  "alice=",
  "alice=0",
  "alice=-1",
  "alice=101",
  "alice=1,alice=2",
  "=1",
  "a b=1",
  "alice=1e9",
])("CLIENT_WEIGHTS=%s are no weights", (text) => {
  const env = { CLIENT_TOKEN: "alice:a", CLIENT_WEIGHTS: text };
  expect(() => readMasterConfig(env)).toThrow("weights from 0.01 to 100 such as a=3,b=1 are needed");
});

test("a weight of a client that has no token is a mistake", () => {
  const env = { CLIENT_TOKEN: "alice:a,batch:b", CLIENT_WEIGHTS: "alcie=3" };
  expect(() => readMasterConfig(env)).toThrow(
    "CLIENT_WEIGHTS names alcie, which CLIENT_TOKEN does not: its tokens are of alice, batch.",
  );
});

test("a slave cannot be given up before it had to say anything", () => {
  expect(() => readMasterConfig({ SLAVE_SILENCE_SECONDS: "2" })).toThrow(
    "SLAVE_SILENCE_SECONDS=2: at least 3 seconds are needed",
  );
  expect(readMasterConfig({ SLAVE_SILENCE_SECONDS: "3" }).silenceSeconds).toBe(3);
});

test("the timeline may have 200 MB, or what KEEP_TIMELINE_BYTES says", () => {
  const bytes = (env: NodeJS.ProcessEnv) => retentionPolicy(readMasterConfig(env)).timelineBytes;
  expect([bytes({}), bytes({ KEEP_TIMELINE_BYTES: "5MB" })]).toEqual([200 * 2 ** 20, 5 * 2 ** 20]);
});

test("results are redirected to a bucket only where there is one", () => {
  expect(() => readMasterConfig({ RESULTS_REDIRECT: "true" })).toThrow(
    "RESULTS_REDIRECT needs STORE_URL: only a bucket can be redirected to.",
  );
});
