import { expect, test } from "vitest";
import type { SlaveState } from "../../shared/contract/fleet.ts";
import { SlaveWork } from "./slaveWork.ts";
import { fleetSummary } from "./summary.ts";

interface Had {
  readonly units?: number;
  readonly done?: number;
  readonly failed?: number;
}

function slave({ units = 0, done = 0, failed = 0 }: Had, state: SlaveState = "alive") {
  const work = new SlaveWork();
  work.given(units, 1);
  for (let n = 0; n < done; n += 1) work.answered();
  for (let n = 0; n < failed; n += 1) work.gaveUp();
  return { state, slots: 4, work };
}

test("slots and busy ones are those of slaves that are alive", () => {
  const slaves = [slave({ units: 3 }), slave({ units: 2 }, "lost"), slave({ units: 1 }, "draining")];
  expect(fleetSummary(slaves)).toMatchObject({ total: 3, alive: 1, slots: 4, busy: 3 });
});

test("a unit that waits at a slave for a slot makes no slot busy", () => {
  expect(fleetSummary([slave({ units: 5 })])).toMatchObject({ slots: 4, busy: 4 });
});

test("units that ended are those of all slaves", () => {
  const slaves = [slave({ done: 5, failed: 1 }), slave({ done: 7, failed: 2 }, "lost")];
  expect(fleetSummary(slaves)).toMatchObject({ done: 12, failed: 3 });
});
