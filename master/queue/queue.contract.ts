import { describe, expect, test } from "vitest";
import type { Lease, QueuedUnit, UnitQueue } from "./port.ts";

/** The laws of UnitQueue, for every driver. */
export function queueContract(
  name: string,
  open: (weights?: ReadonlyMap<string, number>) => Promise<UnitQueue>,
): void {
  describe(`queue: ${name}`, () => {
    test("leases units of a job in the order they were put", async () => {
      const queue = await open();
      await queue.put(units("a", 5));
      const lease = await leaseNext(queue, { units: 3 });
      expect(lease?.units.map((unit) => unit.id)).toEqual(["a/main/0", "a/main/1", "a/main/2"]);
      await queue.close();
    });

    test("gives a unit to one lease at a time", async () => {
      const queue = await open();
      await queue.put(units("a", 2));
      expect((await leaseNext(queue, { units: 2 }))?.units).toHaveLength(2);
      expect(await leaseNext(queue, { units: 2 })).toBeUndefined();
      await queue.close();
    });

    test("takes no more bytes than wished, but always one unit", async () => {
      const queue = await open();
      await queue.put(units("a", 3).map((unit) => ({ ...unit, bytes: 100 })));
      expect((await leaseNext(queue, { units: 3, bytes: 200 }))?.units).toHaveLength(2);
      expect((await leaseNext(queue, { units: 3, bytes: 10 }))?.units).toHaveLength(1);
      await queue.close();
    });

    test("a file that units share does not count: it travels once a lease, so few leases are best", async () => {
      const queue = await open();
      const file = (key: string, bytes: number) => ({ key, filename: key, bytes, sha256: key });
      const sharing = units("a", 5).map((unit) => ({
        ...unit,
        files: [file(unit.id, 100), file("matrix", 1_000)],
        bytes: 1_100,
      }));
      await queue.put(sharing);
      expect((await leaseNext(queue, { units: 5, bytes: 300 }))?.units).toHaveLength(3);
      expect((await leaseNext(queue, { units: 5, bytes: 10 }))?.units).toHaveLength(1);
      expect((await leaseNext(queue, { units: 5, bytes: 10 }))?.units).toHaveLength(1);
      await queue.close();
    });

    test("jobs take turns", async () => {
      const queue = await open();
      await queue.put(units("a", 4));
      const first = await leaseNext(queue, { units: 1 });
      await queue.put(units("b", 4));
      const jobs = [first?.units[0]?.job];
      for (let turn = 0; turn < 5; turn += 1)
        jobs.push((await leaseNext(queue, { units: 1 }))?.units[0]?.job);
      expect(jobs.filter((job) => job === "b").length).toBeGreaterThanOrEqual(2);
      expect(jobs.filter((job) => job === "a").length).toBeGreaterThanOrEqual(2);
      await queue.close();
    });

    test.each([2, 10])(
      "a job of priority %i gets that many times the leases of one of priority 1",
      async (priority) => {
        const queue = await open();
        const turns = 12 * (priority + 1);
        await queue.put(units("a", turns));
        await queue.put(units("b", turns).map((unit) => ({ ...unit, priority })));
        const taken = { a: 0, b: 0 };
        for (let turn = 0; turn < turns; turn += 1) {
          taken[(await leaseNext(queue, { units: 1 }))?.units[0]?.job as "a" | "b"] += 1;
        }
        expect(Math.abs(taken.b - 12 * priority)).toBeLessThanOrEqual(1);
        expect(Math.abs(taken.a - 12)).toBeLessThanOrEqual(1);
        await queue.close();
      },
    );

    /** Takes turns until a number of leases, and counts them by client. */
    const turnsOf = async (queue: UnitQueue, turns: number) => {
      const taken: Record<string, number> = {};
      for (let turn = 0; turn < turns; turn += 1) {
        const { client = "" } = (await leaseNext(queue, { units: 1 }))?.units[0] ?? {};
        taken[client] = (taken[client] ?? 0) + 1;
      }
      return taken;
    };
    const of = (client: string, job: string, count: number, priority = 1) =>
      units(job, count).map((unit) => ({ ...unit, client, priority }));

    test.each([1, 10, 100])("%i jobs of one client do not starve one job of another", async (jobs) => {
      const queue = await open();
      for (let job = 0; job < jobs; job += 1) await queue.put(of("many", `m${job}`, 40, 10));
      await turnsOf(queue, 20);
      await queue.put(of("few", "f", 10));
      expect(await turnsOf(queue, 20)).toEqual({ many: 10, few: 10 });
      await queue.close();
    });

    test.each([
      [{ alice: 3 }, { alice: 30, bob: 10 }],
      [
        { alice: 3, bob: 2 },
        { alice: 24, bob: 16 },
      ],
      [{ bob: 0.25 }, { alice: 32, bob: 8 }],
      [
        { alice: 1, bob: 1 },
        { alice: 20, bob: 20 },
      ],
    ])(
      "clients of the weights %j get leases like %j, for any number of their jobs",
      async (weights, share) => {
        const queue = await open(new Map(Object.entries(weights)));
        await queue.put(of("alice", "a", 100));
        for (let job = 0; job < 7; job += 1) await queue.put(of("bob", `b${job}`, 100, 10));
        const taken = await turnsOf(queue, 40);
        for (const [client, count] of Object.entries(share))
          expect(Math.abs((taken[client] ?? 0) - count)).toBeLessThanOrEqual(1);
        await queue.close();
      },
    );

    test("a client that comes back after a pause gets its share, not the turns that it missed", async () => {
      const queue = await open();
      await queue.put(of("steady", "s", 300));
      await queue.put(of("pausing", "p", 1));
      await turnsOf(queue, 200);
      await queue.put(of("pausing", "q", 100));
      const taken = await turnsOf(queue, 20);
      expect(Math.abs((taken.pausing ?? 0) - 10)).toBeLessThanOrEqual(1);
      await queue.close();
    });

    test("a client that sends one job after the other gets no more than its share", async () => {
      const queue = await open();
      await queue.put(of("steady", "s", 100));
      const taken: Record<string, number> = { steady: 0, quick: 0 };
      for (let turn = 0; turn < 40; turn += 1) {
        await queue.put(of("quick", `q${turn}`, 1));
        const lease = required(await leaseNext(queue, { units: 1 }));
        const [unit] = lease.units;
        taken[unit?.client ?? ""] = (taken[unit?.client ?? ""] ?? 0) + 1;
        await queue.ack(lease, unit?.id ?? "");
      }
      expect(Math.abs((taken.quick ?? 0) - 20)).toBeLessThanOrEqual(1);
      await queue.close();
    });

    test("the jobs of a client take turns by priority among themselves only", async () => {
      const queue = await open();
      await queue.put([...of("alice", "a", 100, 1), ...of("alice", "b", 100, 3), ...of("bob", "c", 100, 10)]);
      const jobs: Record<string, number> = {};
      for (let turn = 0; turn < 48; turn += 1) {
        const job = (await leaseNext(queue, { units: 1 }))?.units[0]?.job ?? "";
        jobs[job] = (jobs[job] ?? 0) + 1;
      }
      for (const [job, count] of [
        ["a", 6],
        ["b", 18],
        ["c", 24],
      ] as const)
        expect(Math.abs((jobs[job] ?? 0) - count)).toBeLessThanOrEqual(1);
      await queue.close();
    });

    test("heads tells of each map that has units waiting: the next one, and how many there are", async () => {
      const queue = await open();
      const told = () => [...queue.heads()].map(({ map, first, waiting }) => [map, first.id, waiting]);
      await queue.put([...units("a", 3), ...units("b", 1)]);
      expect(told()).toEqual([
        ["a/main", "a/main/0", 3],
        ["b/main", "b/main/0", 1],
      ]);
      await queue.lease({ owner: "s", seconds: 60, map: "a/main", most: { units: 1, bytes: 1e6 } });
      expect(told()).toEqual([
        ["b/main", "b/main/0", 1],
        ["a/main", "a/main/1", 2],
      ]);
      await queue.lease({ owner: "s", seconds: 60, map: "a/main", most: { units: 2, bytes: 1e6 } });
      expect(told()).toEqual([["b/main", "b/main/0", 1]]);
      expect(
        await queue.lease({ owner: "s", seconds: 60, map: "a/main", most: { units: 1, bytes: 1 } }),
      ).toBeUndefined();
      await queue.close();
    });

    test("a job that a slave cannot do is passed over", async () => {
      const queue = await open();
      await queue.put(units("a", 1));
      await queue.put(units("b", 1).map((unit) => ({ ...unit, task: "ocr" })));
      const lease = await leaseNext(queue, { units: 1, can: (unit) => unit.task === "ocr" });
      expect(lease?.units[0]?.job).toBe("b");
      await queue.close();
    });

    test("an acknowledged unit is gone for good, once", async () => {
      const queue = await open();
      await queue.put(units("a", 1));
      const lease = required(await leaseNext(queue, { units: 1 }));
      expect(await queue.ack(lease, "a/main/0")).toBe(true);
      expect(await queue.ack(lease, "a/main/0")).toBe(false);
      expect(await leaseNext(queue, { units: 1 })).toBeUndefined();
      expect(queue.size()).toEqual({ waiting: 0, leased: 0, bytes: 0 });
      await queue.close();
    });

    test("a failed unit goes out again first and alone, with its count", async () => {
      const queue = await open();
      await queue.put(units("a", 3));
      const lease = required(await leaseNext(queue, { units: 1 }));
      expect(await queue.fail(lease, "a/main/0", "crash")).toBe(true);
      const again = required(await leaseNext(queue, { units: 3 }));
      expect(again.units.map((unit) => [unit.id, unit.crashes])).toEqual([["a/main/0", 1]]);
      await queue.close();
    });

    test("a failed unit has a head of its own, and the units behind it can go out before it", async () => {
      const queue = await open();
      await queue.put(units("a", 3));
      const lease = required(await leaseNext(queue, { units: 1 }));
      await queue.fail(lease, "a/main/0", "loss");
      expect([...queue.heads()].map(({ first, waiting }) => [first.id, waiting])).toEqual([
        ["a/main/0", 1],
        ["a/main/1", 2],
      ]);
      const can = ({ losses }: QueuedUnit) => losses === 0;
      const next = required(await leaseNext(queue, { units: 3, can }));
      expect(next.units.map(({ id }) => id)).toEqual(["a/main/1", "a/main/2"]);
      const again = required(await leaseNext(queue, { units: 3 }));
      await queue.fail(again, "a/main/0", "refused");
      expect([...queue.heads()].map(({ first }) => [first.id, first.losses])).toEqual([["a/main/0", 1]]);
      expect(queue.size()).toEqual({ waiting: 1, leased: 2, bytes: 1 });
      expect(await queue.withdraw(units("a", 3))).toEqual(["a/main/0"]);
      expect(await leaseNext(queue, { units: 3 })).toBeUndefined();
      expect(queue.size()).toEqual({ waiting: 0, leased: 2, bytes: 0 });
      await queue.close();
    });

    test("a unit that is returned is not counted and travels with others", async () => {
      const queue = await open();
      await queue.put(units("a", 3));
      const lease = required(await leaseNext(queue, { units: 1 }));
      await queue.fail(lease, "a/main/0", "returned");
      const again = required(await leaseNext(queue, { units: 3 }));
      expect(again.units.map((unit) => unit.crashes + unit.losses)).toEqual([0, 0, 0]);
      await queue.close();
    });

    test("a lease that expired: its answer is refused and its units go out again", async () => {
      const queue = await open();
      await queue.put(units("a", 1));
      const late = required(await leaseNext(queue, { units: 1, seconds: 0 }));
      const next = required(await leaseNext(queue, { units: 1 }));
      expect(next.token).toBeGreaterThan(late.token);
      expect(await queue.ack(late, "a/main/0")).toBe(false);
      expect(await queue.ack(next, "a/main/0")).toBe(true);
      await queue.close();
    });

    test("a lease that is extended in time is kept", async () => {
      const queue = await open();
      await queue.put(units("a", 1));
      const lease = required(await leaseNext(queue, { units: 1 }));
      expect(await queue.extend(lease, 60)).toBe(true);
      expect(await leaseNext(queue, { units: 1 })).toBeUndefined();
      await queue.close();
    });

    test("a cancelled job leaves nothing, waiting or leased", async () => {
      const queue = await open();
      await queue.put(units("a", 3));
      await queue.fail(required(await leaseNext(queue, { units: 1 })), "a/main/0", "crash");
      const lease = required(await leaseNext(queue, { units: 1 }));
      await queue.cancel("a");
      expect(await leaseNext(queue, { units: 1 })).toBeUndefined();
      expect(await queue.ack(lease, "a/main/0")).toBe(false);
      expect(await queue.fail(lease, "a/main/0", "crash")).toBe(false);
      expect(queue.size()).toEqual({ waiting: 0, leased: 0, bytes: 0 });
      await queue.close();
    });

    test("units that wait can be withdrawn, leased ones cannot", async () => {
      const queue = await open();
      await queue.put([...units("a", 3), ...units("b", 1)]);
      const lease = required(await leaseNext(queue, { units: 1 }));
      const all = [...units("a", 3), ...units("b", 1), ...units("c", 1)];
      expect([...(await queue.withdraw(all.filter(({ id }) => id !== "a/main/2")))].sort()).toEqual([
        "a/main/1",
        "b/main/0",
      ]);
      expect(queue.size()).toEqual({ waiting: 1, leased: 1, bytes: 1 });
      expect(await queue.ack(lease, "a/main/0")).toBe(true);
      const left = required(await leaseNext(queue, { units: 5 }));
      expect(left.units.map(({ id }) => id)).toEqual(["a/main/2"]);
      expect(await leaseNext(queue, { units: 5 })).toBeUndefined();
      await queue.close();
    });

    test("tells the watcher of a map which of its units run and which wait again", async () => {
      const queue = await open();
      const told: string[] = [];
      const undo = queue.watch("a/main", {
        running: ({ id }) => told.push(`${id} runs`),
        waiting: ({ id, losses }) => told.push(`${id} waits, lost ${losses} times`),
      });
      await queue.put([...units("a", 2), ...units("b", 1)]);
      const lease = required(await leaseNext(queue, { units: 2, seconds: 0.05 }));
      queue.began(lease, "a/main/0");
      await queue.fail(lease, "a/main/0", "returned");
      queue.began(lease, "a/main/0");
      const other = required(await leaseNext(queue, { units: 1 }));
      queue.began(other, "b/main/0");
      expect(told).toEqual(["a/main/0 runs", "a/main/0 waits, lost 0 times"]);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const again = required(await leaseNext(queue, { units: 1 }));
      expect(told.slice(2)).toEqual(["a/main/1 waits, lost 1 times"]);
      undo();
      queue.began(again, again.units[0]?.id ?? "");
      expect(told).toHaveLength(3);
      await queue.close();
    });

    test("tells when something may be leased", async () => {
      const queue = await open();
      let calls = 0;
      const undo = queue.onReady(() => {
        calls += 1;
      });
      await queue.put(units("a", 1));
      expect(calls).toBe(1);
      undo();
      await queue.put(units("b", 1));
      expect(calls).toBe(1);
      await queue.close();
    });
  });
}

function units(job: string, count: number): QueuedUnit[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${job}/main/${index}`,
    job,
    task: "text",
    step: "analyse",
    stepVersion: 5,
    options: {},
    args: {},
    files: [],
    bytes: 1,
    crashes: 0,
    losses: 0,
    priority: 1,
  }));
}

interface Wanted {
  readonly units: number;
  readonly bytes?: number;
  readonly seconds?: number;
  readonly can?: (unit: QueuedUnit) => boolean;
}

/** A lease of the first map in turn that can be done. */
async function leaseNext(queue: UnitQueue, wanted: Wanted): Promise<Lease | undefined> {
  const { units: count, bytes = 1_000_000, seconds = 60, can = () => true } = wanted;
  const head = [...queue.heads()].find(({ first }) => can(first));
  if (head === undefined) return undefined;
  return await queue.lease({ owner: "s", seconds, map: head.map, most: { units: count, bytes } });
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a lease was expected");
  return value;
}
