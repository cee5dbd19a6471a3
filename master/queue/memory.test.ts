import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryQueue } from "./memory.ts";
import type { Lease } from "./port.ts";
import { queueContract } from "./queue.contract.ts";

const REASONS = ["crash", "loss", "refused", "returned"] as const;

queueContract("in memory", async (weights) => new MemoryQueue(weights));

test("whatever is leased, failed and acknowledged, every unit ends exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(9), { maxLength: 120 }),
      fc.integer({ min: 1, max: 30 }),
      async (moves, count) => {
        const queue = new MemoryQueue();
        const names = Array.from({ length: count }, (_, index) => `j${index % 3}/m/${index}`);
        await queue.put(names.map(unit));
        const ended: string[] = [];
        const open: { lease: Lease; left: string[] }[] = [];
        const take = async (size: number) => {
          const [head] = queue.heads();
          if (head === undefined) return false;
          const most = { units: size, bytes: 1e9 };
          const lease = await queue.lease({ owner: "s", seconds: 60, map: head.map, most });
          if (lease !== undefined) open.push({ lease, left: lease.units.map(({ id }) => id) });
          return lease !== undefined;
        };
        const settle = async (move: number) => {
          const held = open[move % Math.max(open.length, 1)];
          const id = held?.left.shift();
          if (held === undefined || id === undefined) return;
          if (held.left.length === 0) open.splice(open.indexOf(held), 1);
          await close(queue, { lease: held.lease, id, move, ended });
        };
        for (const move of moves) await (move < 4 ? take(move + 1) : settle(move));
        while (open.length > 0 || (await take(7))) await settle(0);
        expect(ended.toSorted()).toEqual(names.toSorted());
        expect(queue.size()).toEqual({ waiting: 0, leased: 0, bytes: 0 });
      },
    ),
    { numRuns: 200 },
  );
});

function unit(id: string) {
  const job = id.slice(0, id.indexOf("/"));
  const none = { options: {}, args: {}, files: [], crashes: 0, losses: 0, priority: 1 };
  return { id, job, task: "text", step: "main", stepVersion: 1, bytes: 10, ...none };
}

interface Closing {
  readonly lease: Lease;
  readonly id: string;
  readonly move: number;
  readonly ended: string[];
}

async function close(queue: MemoryQueue, { lease, id, move, ended }: Closing): Promise<void> {
  if (move % 2 === 1) await queue.fail(lease, id, REASONS[move % 4] ?? "crash");
  else if (await queue.ack(lease, id)) ended.push(id);
}
