import { afterEach, describe, expect, test } from "vitest";
import type { QueuedUnit } from "../port.ts";
import { bundlesOf } from "./bundle.ts";
import type { Bundles, OfferedBundle, TakenBundle, UnitNews } from "./bundles.ts";

/**
 * The laws of Bundles, for every engine.
 * @param open a master's way to the engine; those of one test share the bundles
 */
export function bundlesContract(name: string, open: () => Promise<Bundles>): void {
  describe(`bundles: ${name}`, () => {
    const opened: Bundles[] = [];
    const master = async () => {
      const bundles = await open();
      opened.push(bundles);
      return bundles;
    };
    afterEach(async () => {
      for (const bundles of opened.splice(0)) await bundles.close();
    });

    test("what one master adds another one takes, with all members of its units, once", async () => {
      const [a, b] = [await master(), await master()];
      const units = unitsFor("one", 20).map((unit) => ({
        ...unit,
        options: { text: 'a\u0000"\\ä', z: 1, a: [null] },
        files: [{ key: "k", filename: "é\u0000.txt", bytes: 1, sha256: "s", index: 3 }],
        budgets: { running: 3, silence: 2 },
        client: "alice",
        fileBudgets: 2,
      }));
      await a.add(offered(units));
      const taken = [await b.take(LANE), await b.take(LANE)];
      expect(taken.flatMap((bundle) => bundle?.units ?? [])).toEqual(units);
      expect(taken.map((bundle) => bundle?.id)).toEqual(["one/main/0", "one/main/16"]);
      expect(await a.take(LANE)).toBeUndefined();
      for (const bundle of taken) expect(await b.complete(required(bundle))).toBe(true);
    });

    test("a bundle that is added again is there once; when it is completed its id may come again", async () => {
      const bundles = await master();
      for (let round = 0; round < 2; round += 1) {
        await bundles.add(offered(unitsFor("twice", 2)));
        await bundles.add(offered(unitsFor("twice", 2)));
        const taken = required(await bundles.take(LANE));
        await bundles.add(offered(unitsFor("twice", 2)));
        expect(await bundles.take(LANE)).toBeUndefined();
        expect(await bundles.complete(taken)).toBe(true);
        expect(await bundles.complete(taken)).toBe(false);
      }
      expect(await bundles.take(LANE)).toBeUndefined();
    });

    test("the least start time goes first, those of one time in the order they were added", async () => {
      const bundles = await master();
      const times = [30, 10, 20, 10];
      for (const [n, startTime] of times.entries())
        await bundles.add(offered(unitsFor(`turn${n}`, 1)).map((one) => ({ ...one, startTime })));
      expect(await bundles.nextStart(LANE)).toBe(10);
      const ids: string[] = [];
      for (let taken = await bundles.take(LANE); taken !== undefined; taken = await bundles.take(LANE)) {
        ids.push(taken.id);
        await bundles.complete(taken);
      }
      expect(ids).toEqual(["turn1/main/0", "turn3/main/0", "turn2/main/0", "turn0/main/0"]);
      expect(await bundles.nextStart(LANE)).toBeUndefined();
    });

    test("a bundle that is handed back goes to another master, and the first one's token is too old", async () => {
      const [a, b] = [await master(), await master()];
      const ready: string[] = [];
      b.onReady((lane) => ready.push(lane));
      await a.add(offered(unitsFor("back", 1)));
      const first = required(await a.take(LANE));
      expect(first.isAgain).toBe(false);
      expect(await a.release(first)).toBe(true);
      const second = required(await b.take(LANE));
      expect(second).toMatchObject({ id: first.id, isAgain: true });
      expect(await a.complete(first)).toBe(false);
      expect(await a.release(first)).toBe(false);
      expect(await a.extend([first])).toEqual([first]);
      expect(await b.extend([second])).toEqual([]);
      expect(await b.complete(second)).toBe(true);
      await expect.poll(() => ready, { timeout: 5_000 }).toContain(LANE);
    });

    test("the bundle of a master that ended comes back within 10 seconds, one that is extended stays", async () => {
      const [a, b] = [await master(), await master()];
      await a.add([...offered(unitsFor("kept", 1)), ...offered(unitsFor("lost", 1))]);
      const kept = required(await a.take(LANE));
      const lost = required(await a.take(LANE));
      const extending = setInterval(() => void a.extend([kept]), 1_000);
      const began = Date.now();
      const again = await takenBy(b);
      expect(Date.now() - began).toBeLessThan(10_000);
      clearInterval(extending);
      expect(again).toMatchObject({ id: lost.id, isAgain: true });
      expect(await a.extend([kept, lost])).toEqual([lost]);
      expect(await a.complete(lost)).toBe(false);
      expect(await b.complete(again)).toBe(true);
      expect(await a.complete(kept)).toBe(true);
    }, 20_000);

    test("a bundle that waits can be removed, one that is held or gone cannot", async () => {
      const bundles = await master();
      const [one, two] = [...offered(unitsFor("w1", 1)), ...offered(unitsFor("w2", 1))];
      await bundles.add([required(one), required(two)]);
      const held = required(await bundles.take(LANE));
      expect(await bundles.remove(held)).toBe(false);
      expect(await bundles.remove(required(two))).toBe(true);
      expect(await bundles.remove(required(two))).toBe(false);
      expect(await bundles.take(LANE)).toBeUndefined();
      await bundles.complete(held);
    });

    test("a master knows whether it is alone", async () => {
      const a = await master();
      expect(a.alone).toBe(true);
      const b = await master();
      await expect.poll(() => [a.alone, b.alone], { timeout: 5_000 }).toEqual([false, false]);
    });

    test("news reach the other masters, and not the one that tells them", async () => {
      const [a, b] = [await master(), await master()];
      const heard: { a: UnitNews[]; b: UnitNews[] } = { a: [], b: [] };
      a.onNews((news) => heard.a.push(news));
      b.onNews((news) => heard.b.push(news));
      a.tell({ running: ["j/main/1"], waiting: [] });
      a.tell({ running: ["j/main/2"], waiting: ["j/main/1"] });
      await expect
        .poll(() => heard.b, { timeout: 5_000 })
        .toEqual([{ running: ["j/main/2"], waiting: ["j/main/1"] }]);
      expect(heard.a).toEqual([]);
    });
  });
}

export const LANE = "text.analyse.5";

export function unitsFor(job: string, count: number): QueuedUnit[] {
  const none = { options: {}, args: {}, files: [], crashes: 0, losses: 0, priority: 1 };
  return Array.from({ length: count }, (_, index) => ({
    id: `${job}/main/${index}`,
    job,
    task: "text",
    step: "analyse",
    stepVersion: 5,
    bytes: 1,
    ...none,
  }));
}

function offered(units: readonly QueuedUnit[]): OfferedBundle[] {
  return bundlesOf(units).map((bundle, n) => ({ ...bundle, startTime: n + 1 }));
}

async function takenBy(bundles: Bundles): Promise<TakenBundle> {
  for (;;) {
    const taken = await bundles.take(LANE);
    if (taken !== undefined) return taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a bundle was expected");
  return value;
}
