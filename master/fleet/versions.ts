import { TASKS } from "../../shared/tasks/registry.ts";
import type { Slave } from "./slave.ts";

/**
 * Steps of the tasks that a slave does which it has in another version than this master, or not at all, such as
 * `text/analyse 3 (here 4)`. The slave gets no units of them.
 */
export function differingSteps({ steps }: Pick<Slave, "steps">): string[] {
  return TASKS.flatMap(({ name, steps: own }) => {
    const offered = steps[name];
    if (offered === undefined) return [];
    const differing = Object.entries(own).filter(([step, { version }]) => offered[step] !== version);
    return differing.map(
      ([step, { version }]) => `${name}/${step} ${offered[step] ?? "-"} (here ${version})`,
    );
  });
}
