import { startFleet } from "../../../tests/e2e/fleet.ts";
import { atMost, type BenchPart, median } from "../part.ts";

const ROUNDS = 5;

/** Measures the time until master and slave can be reached. */
export const start: BenchPart = {
  name: "start",
  run: async () => {
    const answers: number[] = [];
    const registrations: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const began = performance.now();
      const fleet = await startFleet();
      try {
        await (await fetch(fleet.master.url)).text();
        answers.push(performance.now() - began);
        const slaveBegan = performance.now();
        await fleet.slave({ SLAVE_SLOTS: "2" });
        await fleet.alive(1);
        registrations.push(performance.now() - slaveBegan);
      } finally {
        await fleet.stop();
      }
    }
    return [
      atMost("master's first answer, s", seconds(answers), 1),
      atMost("slave registered and alive, s", seconds(registrations), 2),
    ];
  },
};

function seconds(milliseconds: readonly number[]): number {
  return Number((median(milliseconds) / 1000).toFixed(3));
}
