import { requireDone, small, upload } from "../client.ts";
import { atLeast, atMost, type BenchPart, type Measure, quantile, stated } from "../part.ts";
import { spent, total, withFleet } from "../start.ts";

const JOB = { task: "nothing", field: "files" };

/** Measures the overhead per file: a step that does nothing, one slave with one slot. */
export const chain: BenchPart = {
  name: "chain",
  run: (scale) =>
    withFleet({}, async (running) => {
      const count = scale(5000);
      const send = async (files: number) =>
        requireDone(await upload(running.url, { ...JOB, files: small(files) }), files);
      const measured = () => spent(running, () => send(count));
      for (let round = 0; round < 2; round += 1) await send(Math.ceil(count / 5));
      const first = await measured();
      // Compiled code and measured unit times, as in a service that has run for a while.
      const rounds = [await measured(), await measured(), await measured()];
      const cost = rounds.sort((a, b) => a.wall - b.wall)[1] ?? first;
      const perFile = (seconds: number) => Number(((seconds * 1000) / count).toFixed(3));
      const rate = ({ wall }: { readonly wall: number }) => Math.round(count / wall);
      const measures: Measure[] = [
        atLeast(`files/s, ${count} of 1 KB`, rate(cost), 1500, "median of three rounds"),
        stated("files/s, the first time after a start and 2,000 files", rate(first)),
        stated("CPU ms per file", perFile(total(cost))),
        stated("of it in the master", perFile(cost.master)),
        stated("in the slave's process", perFile(cost.slave)),
        stated("in its child", perFile(cost.children)),
        stated("in the client", perFile(cost.client)),
      ];
      // Jobs of one file use other code than large ones; it is compiled first, too.
      for (let round = 0; round < scale(3000); round += 1) await send(1);
      const times: number[] = [];
      for (let round = 0; round < scale(1000); round += 1) times.push((await send(1)).ms);
      return [
        ...measures,
        atMost("one file alone, p50 ms", Number(quantile(times, 0.5).toFixed(2)), 8),
        atMost("one file alone, p99 ms", Number(quantile(times, 0.99).toFixed(2)), 30),
      ];
    }),
};
