import { connect } from "../../../cli/sdk/index.ts";
import { atLeast, type BenchPart, type Measure } from "../part.ts";
import { withFleet } from "../start.ts";

/** Measures how many items a second a function that does nothing is called with, from the call of `map` to its list. */
export const functions: BenchPart = {
  name: "functions",
  run: async (scale) => {
    const env = { FLEET_TOKEN: "bench", ALLOW_FUNCTIONS: "trusted" };
    return await withFleet({ slots: 2, env }, async ({ url }): Promise<Measure[]> => {
      const fleet = await connect({ master: url, functions: { mode: "trusted" } });
      const items = Array.from({ length: scale(100_000) }, (_, at) => at);
      // Compiled code, as in a service that has run for a while.
      await fleet.map((x) => x, items.slice(0, 2_000));
      const started = performance.now();
      const { length } = await fleet.map((x) => x, items);
      const rate = Math.round((length * 1_000) / (performance.now() - started));
      return [atLeast("items/s, fleet.map of a no-op, trusted, two slots", rate, 50_000, `${length} items`)];
    });
  },
};
