import type { FailReason, Lease, LeaseWish, UnitQueue } from "../queue/port.ts";

export interface QueueCounts {
  leases: number;
  /** Units that came back to be given out once more, by the reason. */
  readonly back: Record<FailReason, number>;
}

export interface CountedQueue extends UnitQueue {
  /** Since the process began. */
  readonly counted: Readonly<QueueCounts>;
}

/** Any queue, with its leases counted. */
export function countedQueue(queue: UnitQueue): CountedQueue {
  const counted: QueueCounts = { leases: 0, back: { crash: 0, loss: 0, returned: 0 } };
  return {
    counted,
    put: (units) => queue.put(units),
    lease: async (wish: LeaseWish) => {
      const lease = await queue.lease(wish);
      if (lease !== undefined) counted.leases += 1;
      return lease;
    },
    extend: (lease, seconds) => queue.extend(lease, seconds),
    ack: (lease, unit) => queue.ack(lease, unit),
    fail: async (lease: Lease, unit: string, reason: FailReason) => {
      const isBack = await queue.fail(lease, unit, reason);
      if (isBack) counted.back[reason] += 1;
      return isBack;
    },
    withdraw: (units) => queue.withdraw(units),
    cancel: (job) => queue.cancel(job),
    onReady: (listener) => queue.onReady(listener),
    size: () => queue.size(),
    close: () => queue.close(),
  };
}
