import { describe, expect, test } from "vitest";
import {
  activityOf,
  type ChildEvent,
  type ChildState,
  isUp,
  type KillCause,
  transition,
} from "./childState.ts";

type State = ChildState<string>;
type Event = ChildEvent<string>;

const starting: State = { kind: "starting" };
const idle: State = { kind: "idle" };
const warming: State = { kind: "warming", task: "ocr" };
const working: State = { kind: "working", running: "a", waiting: [] };
const queueing: State = { kind: "working", running: "a", waiting: ["b", "c"] };
const clearing: State = { kind: "clearing", waiting: [] };
const paused: State = { kind: "clearing", waiting: ["b", "c"] };

const outOfMemory: KillCause = { kind: "unit", reason: "memory" };
const dismissed: KillCause = { kind: "dismissed" };
const dying: State = { kind: "dying", during: queueing, cause: outOfMemory };
const gone: State = { kind: "gone", during: warming, cause: { kind: "itself" } };

const EVENTS = {
  ready: { type: "ready" },
  told_to_warm: { type: "told_to_warm", task: "ocr" },
  warmed: { type: "warmed" },
  given: { type: "given", unit: "n" },
  answered: { type: "answered", isLittered: false },
  littered: { type: "answered", isLittered: true },
  cleared: { type: "cleared" },
  killed: { type: "killed", cause: dismissed },
  exited: { type: "exited" },
} as const satisfies Record<string, Event>;

/** The state after each event that can happen in a state; every other one is refused. */
const TABLE: readonly [name: string, state: State, after: Partial<Record<keyof typeof EVENTS, State>>][] = [
  ["starting", starting, { ready: idle, ...ends(starting) }],
  ["idle", idle, { told_to_warm: warming, given: { ...working, running: "n" }, ...ends(idle) }],
  ["warming", warming, { warmed: idle, ...ends(warming) }],
  [
    "working",
    working,
    { given: { ...working, waiting: ["n"] }, answered: clearing, littered: clearing, ...ends(working) },
  ],
  [
    "working with units waiting",
    queueing,
    {
      given: { ...queueing, waiting: ["b", "c", "n"] },
      answered: { kind: "working", running: "b", waiting: ["c"] },
      littered: paused,
      ...ends(queueing),
    },
  ],
  ["clearing", clearing, { cleared: idle, ...ends(clearing) }],
  [
    "clearing with units waiting",
    paused,
    { cleared: { kind: "working", running: "b", waiting: ["c"] }, ...ends(paused) },
  ],
  ["dying", dying, { killed: dying, exited: { kind: "gone", during: queueing, cause: outOfMemory } }],
  ["gone", gone, { killed: gone, exited: gone }],
];

function ends(during: State) {
  const live = activityOf(during);
  return {
    killed: { kind: "dying", during: live, cause: dismissed },
    exited: { kind: "gone", during: live, cause: { kind: "itself" } },
  } as const satisfies Record<string, State>;
}

describe.each(TABLE)("a child that is %s", (_name, state, after) => {
  test.each(Object.entries(EVENTS))("on the event %s", (name, event) => {
    const expected = after[name as keyof typeof EVENTS];
    if (expected === undefined) expect(() => transition(state, event)).toThrow(state.kind);
    else expect(transition(state, event)).toEqual(expected);
  });
});

test("what a child does outlives it: its units can still be told how they ended", () => {
  expect(activityOf(transition(dying, { type: "exited" }))).toBe(queueing);
  expect(activityOf(queueing)).toBe(queueing);
});

test("a child is up from the end of its start until it ends, also while its folder is cleared", () => {
  expect([idle, warming, working, queueing, clearing, paused].map(isUp)).toEqual(Array(6).fill(true));
  expect([starting, dying, gone].map(isUp)).toEqual([false, false, false]);
});
