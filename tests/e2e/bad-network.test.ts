import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { isFinal } from "../../shared/contract/jobs.ts";
import { type BadNetwork, badNetwork } from "../standin/badNetwork.ts";
import { assign, job, type RunningFleet, startFleet, until } from "./fleet.ts";

let fleet: RunningFleet;
const networks: BadNetwork[] = [];
afterEach(async () => {
  await fleet.stop();
  await Promise.all(networks.splice(0).map((network) => network.close()));
});

test("bytes that come late and connections that are reset cost no file", { timeout: 60_000 }, async () => {
  fleet = await startFleet({ HANDOVER: "false", POLL_SECONDS: "1" });
  for (const address of ["127.0.0.3", "127.0.0.4"]) await slaveBehind(address);
  await fleet.alive(2);
  // Text that has no repeated lines, some of it larger than what a connection carries before it is reset.
  const files = Array.from({ length: 40 }, (_, index) => ({
    name: `${index}.txt`,
    body: Buffer.from(
      randomBytes(index % 4 === 0 ? 60_000 : 500)
        .toString("hex")
        .replace(/(.{60})/g, "$1 "),
    ),
  }));
  const headers = { prefer: "respond-async" };
  const { body } = await assign(fleet.master.url, files, { task: "text", field: "texts", headers });
  const detail = await until("the end of the job", async () => {
    const found = await job(fleet.master.url, body.job_id);
    return isFinal(found.state) ? found : undefined;
  });
  expect(detail.files.filter(({ state }) => state !== "done")).toEqual([]);
  expect(detail.files).toHaveLength(files.length);
  expect(new Set(detail.files.map(({ slave }) => slave)).size).toBe(2);
  for (const { cuts, delayed } of networks) {
    expect(cuts).toBeGreaterThan(0);
    expect(delayed).toBeGreaterThan(10);
  }
});

/** A slave that the master reaches at this address, over a network that resets the first connection with much to carry. */
async function slaveBehind(address: string): Promise<void> {
  const { port } = await fleet.slave({ SLAVE_IP: address, SLAVE_NAME: address });
  let pieces = 0;
  let network: BadNetwork | undefined;
  network = await badNetwork({
    ...{ address, port },
    delay: () => {
      pieces += 1;
      // One packet in twenty is lost: TCP sends it again after 200 ms at the earliest.
      return pieces % 20 === 0 ? 250 : 15;
    },
    cutAfter: () => ((network?.cuts ?? 0) === 0 ? 30_000 : undefined),
  });
  networks.push(network);
}
