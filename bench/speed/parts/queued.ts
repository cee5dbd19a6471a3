import { small, upload } from "../client.ts";
import { jobWhere } from "../jobs.ts";
import { memory } from "../meter.ts";
import { type BenchPart, stated } from "../part.ts";
import { withFleet } from "../start.ts";

/** Measures the memory of a long queue and the time to its first result. */
export const queued: BenchPart = {
  name: "queue",
  run: (scale) =>
    withFleet({ slots: 0 }, async ({ fleet, url, masterPid }) => {
      const count = scale(100_000);
      const idle = memory(masterPid).resident;
      const job = {
        task: "nothing",
        field: "files",
        files: small(count),
        headers: { prefer: "respond-async" },
      };
      const answer = await upload(url, job);
      const waiting = memory(masterPid);
      await fleet.slave();
      await fleet.alive(1);
      const began = performance.now();
      await jobWhere(url, String(answer.headers.location), ({ counts }) => counts.done > 0);
      const first = performance.now() - began;
      return [
        stated(`${count} files accepted durably, s`, Number((answer.ms / 1000).toFixed(1))),
        stated("master over idle while they wait, MiB", mib(waiting.resident - idle)),
        stated("master's peak over idle, MiB", mib(memory(masterPid).peak - idle)),
        stated("first result after the slave was there, ms", Math.round(first)),
      ];
    }),
};

function mib(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
