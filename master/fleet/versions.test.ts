import { expect, test } from "vitest";
import { taskNamed } from "../../shared/tasks/registry.ts";
import { differingSteps } from "./versions.ts";

const text = Object.fromEntries(
  Object.entries(taskNamed("text").steps).map(([step, { version }]) => [step, version]),
);
const { analyse = 0, ...others } = text;

test("the steps of a slave of the same version, and tasks that it leaves out, do not differ", () => {
  expect(differingSteps({ steps: { text } })).toEqual([]);
  expect(differingSteps({ steps: {} })).toEqual([]);
});

test("older, newer and missing steps are named with both versions", () => {
  const named = (steps: Record<string, number>) => differingSteps({ steps: { text: steps } });
  expect(named({ ...text, analyse: analyse - 1 })).toEqual([`text/analyse ${analyse - 1} (here ${analyse})`]);
  expect(named({ ...text, analyse: analyse + 1 })).toEqual([`text/analyse ${analyse + 1} (here ${analyse})`]);
  expect(named(others)).toEqual([`text/analyse - (here ${analyse})`]);
});

test("tasks and further steps that only the slave has are left alone", () => {
  expect(differingSteps({ steps: { text: { ...text, more: 1 }, poetry: { write: 7 } } })).toEqual([]);
});
