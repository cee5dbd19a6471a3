import { expect, test } from "vitest";
import { capacity } from "../../shared/contract/capacity.ts";
import type { SlaveState } from "../../shared/contract/fleet.ts";
import { newSlave, type Slave } from "../fleet/slave.ts";
import { slaveView } from "../http/views.ts";
import { type CapacityDeps, capacityOf, secondsUntilDone } from "./capacity.ts";
import type { WaitingFiles } from "./runner.ts";

function slave(state: SlaveState, slots: number, tasks: string[], units = 0): Slave {
  const steps = Object.fromEntries(tasks.map((task) => [task, {}]));
  const made = newSlave("id", "127.0.0.1", { slave_port: 3000, version: "1", slots, steps });
  made.work.given(units, 1);
  return Object.assign(made, { state });
}

type Waiting = Omit<WaitingFiles, "createdAt">[];

function depsOf(slaves: Slave[], waiting: Waiting, usual: Record<string, number>): CapacityDeps {
  const createdAt = Date.now() - 90_000;
  return {
    registry: { all: () => slaves },
    runner: {
      *waiting() {
        for (const one of waiting) yield { ...one, createdAt };
      },
    },
    times: { usual: (task) => usual[task] },
    outage: () => undefined,
  };
}

function shown(slaves: Slave[], waiting: Waiting, usual: Record<string, number>) {
  const value = capacityOf(depsOf(slaves, waiting, usual));
  expect(capacity.safeParse(value).error).toBeUndefined();
  return value;
}

test("slots count by slave that gets work, and by task", () => {
  const slaves = [
    slave("alive", 4, ["text", "image"], 3),
    slave("alive", 2, ["text"]),
    slave("lost", 8, ["ocr"]),
  ];
  expect(shown(slaves, [], {})).toEqual({
    slots: 6,
    busy: 3,
    free: 3,
    slaves: 2,
    waiting_files: 0,
    waiting_seconds: 0,
    oldest_waiting_seconds: 0,
    tasks: {
      image: { slots: 4, waiting_files: 0, oldest_waiting_seconds: 0 },
      text: { slots: 6, waiting_files: 0, oldest_waiting_seconds: 0 },
    },
  });
});

test("the slaves and the files that wait at other masters count, too", () => {
  const deps = depsOf([slave("alive", 4, ["text"], 3)], [{ task: "text", files: 6 }], { text: 2, ocr: 1 });
  const view = slaveView(slave("alive", 2, ["text", "ocr"], 1), "own");
  const since = Date.now() - 200_000;
  const elsewhere = () => ({
    slaves: [view],
    waiting: [
      { task: "text", files: 12, since },
      { task: "ocr", files: 4, since },
    ],
  });
  const { oldest_waiting_seconds: oldest, tasks, ...sums } = capacityOf({ ...deps, elsewhere });
  expect(sums).toEqual({
    slots: 6,
    busy: 4,
    free: 2,
    slaves: 2,
    waiting_files: 22,
    waiting_seconds: (18 * 2) / 6 + 4 / 2,
  });
  expect(Math.round(oldest)).toBe(200);
  expect(tasks).toMatchObject({ text: { slots: 6, waiting_files: 18 }, ocr: { slots: 2, waiting_files: 4 } });
});

test("waiting seconds are the usual seconds of the files that wait, divided by the slots for their task", () => {
  const waiting = [
    { task: "text", files: 30 },
    { task: "text", files: 30 },
    { task: "image", files: 8 },
  ];
  const slaves = [slave("alive", 4, ["text", "image"]), slave("alive", 2, ["text"])];
  const { waiting_seconds: seconds, tasks, ...all } = shown(slaves, waiting, { text: 0.5, image: 2 });
  expect(seconds).toBe((60 * 0.5) / 6 + (8 * 2) / 4);
  expect([all.waiting_files, tasks.text?.waiting_files, tasks.image?.waiting_files]).toEqual([68, 60, 8]);
  expect(Math.round(tasks.text?.oldest_waiting_seconds ?? 0)).toBe(90);
});

test("waiting seconds are not known before a file of the task was done, and without a slot for it", () => {
  const text = [{ task: "text", files: 1 }];
  expect(shown([slave("alive", 1, ["text"])], text, {}).waiting_seconds).toBeNull();
  const none = shown([], text, { text: 1 });
  expect(none.waiting_seconds).toBeNull();
  expect(none.tasks).toMatchObject({ text: { slots: 0, waiting_files: 1 } });
});

test.each([
  [100, { text: 2 }, 0.5, 50],
  [100, { text: 2 }, 0.0001, 1],
  [100_000, { text: 2 }, 1, 600],
  [100, {}, 1, 10],
])("%d files that take %j: a share of %d is done after %d seconds", (files, usual, share, seconds) => {
  const deps = depsOf([slave("alive", 2, ["text"])], [{ task: "text", files }], usual);
  expect(secondsUntilDone(deps, share)).toBe(seconds);
});
