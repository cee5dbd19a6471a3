import { expect, test } from "vitest";
import { Lanes } from "./lanes.ts";

const wanted = { of: () => 2 };

function ready(lanes: Lanes): string[] {
  return lanes.withRoom(wanted, []).map(({ name }) => name);
}

test("a lane is looked at once something was told of it, until a look finds nothing", () => {
  const lanes = new Lanes();
  expect([lanes.mayHave("a"), ready(lanes)]).toEqual([true, []]);
  lanes.isReady("a");
  expect(ready(lanes)).toEqual(["a"]);
  lanes.isEmpty("a", lanes.told("a"));
  expect([lanes.mayHave("a"), ready(lanes)]).toEqual([false, []]);
});

test("what is told while a look is under way is looked at, though that look finds nothing", () => {
  const lanes = new Lanes();
  lanes.isReady("a");
  const told = lanes.told("a");
  lanes.isReady("a");
  lanes.isEmpty("a", told);
  expect(ready(lanes)).toEqual(["a"]);
});
