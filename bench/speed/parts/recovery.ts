import { small, upload } from "../client.ts";
import { jobEnded, jobWhere } from "../jobs.ts";
import { atMost, type BenchPart, stated } from "../part.ts";
import { withFleet } from "../start.ts";

/** Measures the time from the start of a master that was killed in the middle of a large job. */
export const recovery: BenchPart = {
  name: "recovery",
  run: (scale) =>
    withFleet({}, async ({ fleet, url }) => {
      const count = scale(10_000);
      const job = {
        task: "nothing",
        field: "files",
        files: small(count),
        headers: { prefer: "respond-async" },
      };
      const location = String((await upload(url, job)).headers.location);
      await jobWhere(url, location, ({ counts }) => counts.done >= count / 4);
      await fleet.master.kill("SIGKILL");
      const began = performance.now();
      await fleet.restartMaster();
      const answered = performance.now() - began;
      // A new slave, because slaves of the killed master register again only within 10 s.
      await fleet.slave();
      const { counts } = await jobWhere(url, location, () => true);
      await jobWhere(url, location, ({ counts: now }) => now.running > 0 || now.done > counts.done);
      const leased = performance.now() - began;
      await jobEnded(url, location);
      return [
        stated(
          `${count} files, ${counts.done} of them done at the kill: master answers after, s`,
          seconds(answered),
        ),
        atMost("first new lease after, s", seconds(leased), 5, "a new slave's start is part of it"),
      ];
    }),
};

function seconds(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(2));
}
