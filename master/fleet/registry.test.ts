import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CheckStatusAnswer, SlaveState } from "../../shared/contract/fleet.ts";
import { logLines } from "../../tests/fixtures/logLines.ts";
import { SlaveRegistry } from "./registry.ts";

const config = { pollSeconds: 2, missedPolls: 3, pendingSeconds: 60, forgetSeconds: 600, maxSlaves: 2 };
const request = { slave_ip: "127.0.0.1", slave_port: 3001, name: "one", version: "1", instance: "a" };

const RESET = { reason: "the connection broke", units: 1 };
const NEAR = { address: "127.0.0.1", showedToken: false };

let answers: (signal: AbortSignal) => Promise<CheckStatusAnswer>;
let registry: SlaveRegistry;
let announced: SlaveState[];
let log: ReturnType<typeof logLines>;

beforeEach(() => {
  vi.useFakeTimers();
  answers = async () => ({ status: "alive" });
  announced = [];
  registry = registryWith(config);
});

afterEach(() => {
  registry.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function registryWith(settings: typeof config & { readonly tls?: object }) {
  log = logLines();
  return new SlaveRegistry({
    config: settings,
    hasTunnel: () => false,
    logger: log.logger,
    check: (_slave, signal) => answers(signal),
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

it("tells a slave that is stopped from one that ended, and tells the end once", async () => {
  const stopped = await aliveSlave();
  registry.remove(stopped.id, "stopped");
  expect(stopped).toMatchObject({ state: "gone", reason: "it was stopped" });
  registry.remove(stopped.id);
  expect(announced).toEqual(["pending", "alive", "gone"]);
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
  registry.trouble(slave, RESET);
  expect(registry.alive()).toEqual([]);
  await vi.advanceTimersByTimeAsync(501);
  expect(registry.alive()).toEqual([slave]);
  expect(slave.onProbation).toBe(true);
  registry.fine(slave);
  expect(slave.onProbation).toBe(false);
});

it("counts leases that fail with the end of one process as one trouble", async () => {
  const slave = await aliveSlave();
  for (let n = 0; n < 5; n += 1) registry.trouble(slave, RESET);
  expect(slave.troubles).toBe(1);
});

it("lets a slave that fails after every probe rest longer each time, up to half a minute", async () => {
  const slave = await aliveSlave();
  const rests: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    registry.trouble(slave, RESET);
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
  registry.trouble(slave, RESET);
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
  registry.trouble(slave, RESET);
  await vi.advanceTimersByTimeAsync(501);
  registry.trouble(slave, RESET);
  expect(slave.troubles).toBe(2);
  for (let n = 0; n < 3; n += 1) registry.fine(slave);
  expect(slave.troubles).toBe(0);
});

it("forgets the troubles of the process before when another one registers at its address", async () => {
  const slave = await aliveSlave();
  registry.trouble(slave, RESET);
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

  it("no slave that takes the address of one that signed off without it", async () => {
    const slave = await registry.register(request, WITH_TOKEN);
    await registry.signOff(
      { slave_ip: "127.0.0.1", slave_port: 3001, instance: "a", state: "gone" },
      "127.0.0.1",
    );
    expect(slave.state).toBe("gone");
    expect(await registry.register({ ...request, instance: "b" }, NEAR)).toMatchObject({
      showedToken: false,
    });
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

/** As a cable that is pulled, or a firewall that drops packets: a request ends only when its caller gives up. */
const swallowed = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const cancelled = () => reject(Object.assign(new Error("canceled"), { code: "ERR_CANCELED" }));
    if (signal.aborted) cancelled();
    else signal.addEventListener("abort", cancelled);
  });

const refused = async (): Promise<never> => {
  throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
};

const BLOCKED = "http://127.0.0.1:3001 does not answer (timeout): open this port, or set SLAVE_IP";

describe("a slave that registered and does not answer", () => {
  beforeEach(() => {
    fakeTimeouts();
    answers = swallowed;
  });

  it("is named with its address and the reason within 5 seconds, once", async () => {
    const slave = await registry.register(request, NEAR);
    expect(registry.isAnyExpected()).toBe(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(slave).toMatchObject({ state: "pending", reason: BLOCKED });
    expect(registry.isAnyExpected()).toBe(false);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(log.of("warn")).toEqual([`slave one registered, but ${BLOCKED}`]);
  });

  it("is named again when the reason changes, and then when it was alive in between", async () => {
    await registry.register(request, NEAR);
    await vi.advanceTimersByTimeAsync(5_000);
    answers = refused;
    await vi.advanceTimersByTimeAsync(5_000);
    answers = async () => ({ status: "alive" });
    await vi.advanceTimersByTimeAsync(5_000);
    answers = refused;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(log.of("warn")).toEqual([
      `slave one registered, but ${BLOCKED}`,
      "slave one registered, but http://127.0.0.1:3001 does not answer (connection refused): open this port, or set SLAVE_IP",
      "slave one (127.0.0.1:3001) is lost: http://127.0.0.1:3001 does not answer (connection refused)",
    ]);
  });

  it("stays known, without further lines, while it registers again and again", async () => {
    const slave = await registry.register(request, NEAR);
    for (let n = 0; n < 30; n += 1) {
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await registry.register(request, NEAR)).toBe(slave);
    }
    expect(log.of("warn")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(70_000);
    expect(registry.all()).toEqual([]);
  });

  it("has no line when it begins to listen a second after it registered, as classic slaves do", async () => {
    answers = refused;
    await registry.register({ slave_ip: "127.0.0.1", slave_port: 3001 }, NEAR);
    await vi.advanceTimersByTimeAsync(1_000);
    answers = async () => ({ status: "alive" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(registry.isAnyAlive()).toBe(true);
    expect(log.of("warn")).toEqual([]);
  });

  it("has the right reason when it was alive before and was restarted behind a firewall", async () => {
    answers = async () => ({ status: "alive" });
    const slave = await aliveSlave();
    answers = swallowed;
    await registry.register({ ...request, instance: "b" }, NEAR);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(slave).toMatchObject({ state: "lost", reason: BLOCKED });
    expect(log.of("warn")).toEqual([`slave one registered, but ${BLOCKED}`]);
  });
});

describe("a slave that falls silent", () => {
  beforeEach(() => {
    fakeTimeouts();
  });

  it.each([0, 500, 1_000, 1_900])(
    "is lost within 6 seconds, whenever that is: %d ms after a poll",
    async (ms) => {
      const slave = await aliveSlave();
      await vi.advanceTimersByTimeAsync(10_000 + ms);
      answers = swallowed;
      await vi.advanceTimersByTimeAsync(6_000);
      expect(slave.state).toBe("lost");
    },
  );

  it("is alive when it is slow: an answer after 1.5 seconds counts", async () => {
    const slave = await aliveSlave();
    answers = () => new Promise((resolve) => setTimeout(() => resolve({ status: "alive" }), 1_500));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(announced).not.toContain("lost");
    expect(slave.state).toBe("alive");
  });
});

describe("a slave that signs off", () => {
  const leaving = { slave_ip: "127.0.0.1", slave_port: 3001, instance: "a" };

  it("gets no more work while it drains, and is gone, not lost", async () => {
    const slave = await aliveSlave();
    await registry.signOff({ ...leaving, state: "draining" }, "127.0.0.1");
    expect([slave.state, registry.alive()]).toEqual(["draining", []]);
    await registry.signOff({ ...leaving, state: "gone" }, "127.0.0.1");
    answers = refused;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(slave).toMatchObject({ state: "gone", reason: "it was stopped" });
    expect(log.of("warn")).toEqual([]);
  });

  it("is another process than the registered one: nothing happens", async () => {
    const slave = await aliveSlave();
    await registry.signOff({ ...leaving, instance: "b", state: "gone" }, "127.0.0.1");
    expect(slave.state).toBe("alive");
  });

  it("is alive again when a process registers at its address", async () => {
    const slave = await aliveSlave();
    await registry.signOff({ ...leaving, state: "gone" }, "127.0.0.1");
    await registry.register({ ...request, instance: "b" }, NEAR);
    await vi.advanceTimersByTimeAsync(10);
    expect(registry.alive()).toEqual([slave]);
    expect(announced).toEqual(["pending", "alive", "gone", "pending", "alive"]);
  });
});

it("says that a slave without TLS_CERT gets files unencrypted, where the master itself listens by HTTPS", async () => {
  registry = registryWith({ ...config, tls: {} });
  await registry.register({ ...request, tls: true }, NEAR);
  expect(log.of("warn")).toEqual([]);
  await registry.register({ ...request, slave_port: 3002 }, NEAR);
  expect(log.of("warn")).toEqual([
    "slave one (127.0.0.1:3002) listens without TLS_CERT: files go to it and come back unencrypted",
  ]);
});

/** `AbortSignal.timeout` has a clock of its own, which the fake timers do not move. */
function fakeTimeouts(): void {
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), ms);
    return controller.signal;
  });
}
