import { requireDone, upload } from "../client.ts";
import { jobEnded } from "../jobs.ts";
import { atMost, type BenchPart, median, stated } from "../part.ts";
import { photos } from "../samples.ts";
import { spent, total, withFleet } from "../start.ts";

const ROUNDS = 5;
const WARMING_ROUNDS = 3;

/** Measures the cost of a durable job: a request answered with 202 relative to a waiting request. */
export const durable: BenchPart = {
  name: "durable",
  run: (scale) =>
    withFleet({ slots: 2 }, async (running) => {
      const files = await photos(scale(60));
      const job = { task: "image", field: "images", files };
      const waited = async () => requireDone(await upload(running.url, job), files.length);
      const accepted = async () => {
        const answer = await upload(running.url, { ...job, headers: { prefer: "respond-async" } });
        await jobEnded(running.url, String(answer.headers.location));
      };
      // Both ways are compiled before they are compared.
      for (let round = 0; round < WARMING_ROUNDS; round += 1) {
        await waited();
        await accepted();
      }
      const walls: number[] = [];
      const cpus: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const [one, other] = [await spent(running, waited), await spent(running, accepted)];
        walls.push(100 * (other.wall / one.wall - 1));
        cpus.push(100 * (total(other) / total(one) - 1));
      }
      return [
        atMost("1 MP photos, CPU time more, %", Number(median(cpus).toFixed(1)), 10),
        stated("by the clock, %", Number(median(walls).toFixed(1))),
      ];
    }),
};
