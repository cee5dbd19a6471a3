import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CheckStatusAnswer, SlaveState } from "../../shared/contract/fleet.ts";
import { createLogger } from "../../shared/logger.ts";
import { SlaveRegistry } from "./registry.ts";

const config = { pollSeconds: 2, missedPolls: 3, pendingSeconds: 60, forgetSeconds: 600, maxSlaves: 2 };
const request = { slave_ip: "127.0.0.1", slave_port: 3001, name: "one", version: "1", instance: "a" };

const NEAR = { address: "127.0.0.1", showedToken: false };

let answers: () => Promise<CheckStatusAnswer>;
let registry: SlaveRegistry;
let announced: SlaveState[];

beforeEach(() => {
  vi.useFakeTimers();
  answers = async () => ({ status: "alive" });
  announced = [];
  registry = registryWith(config);
});

afterEach(() => {
  registry.stop();
  vi.useRealTimers();
});

function registryWith(settings: typeof config) {
  const logger = createLogger("test", "silent");
  return new SlaveRegistry({
    config: settings,
    logger,
    check: () => answers(),
    announce: (slave) => void announced.push(slave.state),
  });
}

async function aliveSlave() {
  const slave = await registry.register(request, NEAR);
  await vi.advanceTimersByTimeAsync(10);
  expect(registry.alive()).toEqual([slave]);
  return slave;
}

it("announces a slave when it registers, answers and goes", async () => {
  const slave = await aliveSlave();
  registry.remove(slave.id);
  expect(announced).toEqual(["pending", "alive", "lost"]);
});

it("does not revive a removed slave by the late answer of a poll", async () => {
  const slave = await aliveSlave();
  let answerLate: (status: CheckStatusAnswer) => void = () => undefined;
  answers = () => new Promise((resolve) => (answerLate = resolve));
  await vi.advanceTimersByTimeAsync(2_000);
  registry.remove(slave.id);
  answerLate({ status: "alive" });
  await vi.advanceTimersByTimeAsync(10);
  expect(slave.state).toBe("lost");
  expect(announced).toEqual(["pending", "alive", "lost"]);
});

it("lets a slave rest after trouble, then puts it on probation until a lease was answered", async () => {
  const slave = await aliveSlave();
  registry.trouble(slave, "reset");
  expect(registry.alive()).toEqual([]);
  await vi.advanceTimersByTimeAsync(501);
  expect(registry.alive()).toEqual([slave]);
  expect(slave.onProbation).toBe(true);
  registry.fine(slave);
  expect(slave.onProbation).toBe(false);
});

it("counts leases that fail with the end of one process as one trouble", async () => {
  const slave = await aliveSlave();
  for (let n = 0; n < 5; n += 1) registry.trouble(slave, "reset");
  expect(slave.troubles).toBe(1);
});

it("lets a slave that fails after every probe rest longer each time, up to half a minute", async () => {
  const slave = await aliveSlave();
  const rests: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    registry.trouble(slave, "reset");
    rests.push(slave.restUntil - Date.now());
    await vi.advanceTimersByTimeAsync(slave.restUntil - Date.now());
    registry.fine(slave);
  }
  expect(rests).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

it("is in trouble when its lease fails while it rests because it is full", async () => {
  const slave = await aliveSlave();
  registry.full(slave, 2_000);
  expect(registry.alive()).toEqual([]);
  registry.trouble(slave, "reset");
  expect(slave).toMatchObject({ troubles: 1, onProbation: true });
  await vi.advanceTimersByTimeAsync(501);
  expect(registry.alive()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(registry.alive()).toEqual([slave]);
});

it("is not in trouble when it is full only", async () => {
  const slave = await aliveSlave();
  registry.full(slave, 100);
  expect(slave).toMatchObject({ troubles: 0, onProbation: false });
  await vi.advanceTimersByTimeAsync(100);
  expect(registry.alive()).toEqual([slave]);
});

it("cancels one trouble for each good lease after the probation", async () => {
  const slave = await aliveSlave();
  registry.trouble(slave, "reset");
  await vi.advanceTimersByTimeAsync(501);
  registry.trouble(slave, "reset");
  expect(slave.troubles).toBe(2);
  for (let n = 0; n < 3; n += 1) registry.fine(slave);
  expect(slave.troubles).toBe(0);
});

it("forgets the troubles of the process before when another one registers at its address", async () => {
  const slave = await aliveSlave();
  registry.trouble(slave, "reset");
  await registry.register({ ...request, instance: "b" }, NEAR);
  await vi.advanceTimersByTimeAsync(10);
  expect(registry.alive()).toEqual([slave]);
  expect(slave).toMatchObject({ troubles: 0, onProbation: false });
});

it("counts a slave as lost after missed polls, and as alive when it answers again", async () => {
  vi.useRealTimers();
  registry = registryWith({ ...config, pollSeconds: 0.02 });
  const slave = await registry.register(request, NEAR);
  await expect.poll(() => slave.state).toBe("alive");
  const good = answers;
  answers = async () => {
    throw new Error("no answer");
  };
  await expect.poll(() => slave.state).toBe("lost");
  expect(slave.missedPolls).toBeGreaterThanOrEqual(3);
  answers = good;
  await expect.poll(() => slave.state).toBe("alive");
});

it("refuses more slaves than MAX_SLAVES and names the variable", async () => {
  await registry.register(request, NEAR);
  await registry.register({ ...request, slave_port: 3002 }, NEAR);
  await expect(registry.register({ ...request, slave_port: 3003 }, NEAR)).rejects.toMatchObject({
    code: "too_many_slaves",
  });
});

describe("the fleet's token is sent to", () => {
  const WITH_TOKEN = { ...NEAR, showedToken: true };

  it("a slave that showed it when it registered, and to no other", async () => {
    expect(await registry.register(request, WITH_TOKEN)).toMatchObject({ showedToken: true, classic: false });
    const other = { ...request, slave_port: 3002 };
    expect(await registry.register(other, NEAR)).toMatchObject({ showedToken: false, classic: false });
    expect(await registry.register(other, WITH_TOKEN)).toMatchObject({ showedToken: true });
  });

  it("the slave that showed it, which a registration without it cannot replace", async () => {
    const slave = await registry.register(request, WITH_TOKEN);
    const taking = registry.register({ ...request, name: "thief", instance: "b" }, NEAR);
    await expect(taking).rejects.toMatchObject({ code: "unauthorized", status: 401 });
    expect(slave).toMatchObject({ name: "one", showedToken: true });
  });

  it("no slave that takes the address of a lost one without it", async () => {
    vi.useRealTimers();
    registry = registryWith({ ...config, pollSeconds: 0.02 });
    const slave = await registry.register(request, WITH_TOKEN);
    await expect.poll(() => slave.state).toBe("alive");
    answers = async () => {
      throw new Error("no answer");
    };
    await expect.poll(() => slave.state).toBe("lost");
    expect(await registry.register({ ...request, instance: "b" }, NEAR)).toMatchObject({
      showedToken: false,
    });
  });
});
