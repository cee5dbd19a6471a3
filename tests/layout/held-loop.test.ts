import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { inIndexOrder, runOverFiles } from "../../shared/tasks/maps.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import type {
  InputFile,
  JsonObject,
  Part,
  RunContext,
  TaskDefinition,
  UnitSpec,
} from "../../shared/tasks/task.ts";

/** Documents of the job, and the milliseconds for which its `run` may hold the master's event loop. */
const DOCUMENTS = 10_000;
const MOST_MS = 50;
/** Parts that a master passes on without a pause. */
const BATCH = 256;
/** A garbage collection or a busy machine may disturb one round; code that holds the loop does so in each. */
const ROUNDS = 5;

/** What a `run` reads of its parts, in the largest of cases; parts of other tasks tell nothing. */
const INFO: Readonly<Record<string, JsonObject>> = {
  mean: { length: 3, scale: 2 },
  text: { blocks: 4 },
  document: { plan: { page_count: 300, per_unit: 100, from: 1, to: 100, blank: "" } },
};
const OPTIONS: Readonly<Record<string, object>> = { embedding: { neighbours: 3 } };

describe.each(TASKS.map((task) => [task.name, task] as const))("the run of %s", (_name, task) => {
  test("holds the master's event loop for less than 50 ms with 10,000 documents", async () => {
    const holds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) holds.push(await longestHold(() => runAll(task)));
    expect(Math.min(...holds)).toBeLessThan(MOST_MS);
  });
});

/** Runs the job over slaves that answer at once; every document must have its end. */
async function runAll(task: TaskDefinition): Promise<void> {
  const published = new Set<number>();
  const map: RunContext["map"] = (_name, _step, units) => answers(units, INFO[task.name] ?? {});
  const job: RunContext = {
    jobId: "job",
    seed: 1,
    inputs: Array.from({ length: DOCUMENTS }, (_, index) => inputAt(index)),
    options: task.options.parse(OPTIONS[task.name] ?? {}),
    signal: new AbortController().signal,
    map,
    mapInOrder: (...call) => inIndexOrder(map(...call)),
    publish: async (index) => void published.add(index),
    warn: async () => undefined,
    attach: async () => undefined,
  };
  await (task.run === undefined ? runOverFiles("main", job) : task.run(job));
  expect(published.size).toBe(DOCUMENTS);
}

async function* answers(units: Iterable<UnitSpec>, info: JsonObject): AsyncGenerator<Part> {
  let index = 0;
  for (const _unit of units) {
    if (index % BATCH === 0) await setImmediate();
    yield { ok: true, index, file: file(`part ${index}`), info };
    index += 1;
  }
}

/** Every tenth is so large that `text` parts it into blocks. */
function inputAt(index: number): InputFile {
  return { ...file(`${index}.txt`), bytes: index % 10 === 0 ? 5_000_000 : 1_000, index };
}

function file(name: string) {
  return { key: name, filename: name, bytes: 1_000, sha256: "0".repeat(64) };
}

/** The most CPU time between two turns of the event loop, in milliseconds. */
async function longestHold(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let isDone = false;
  let last = process.cpuUsage();
  const finished = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await setImmediate();
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1_000);
    last = process.cpuUsage();
  }
  await finished;
  return longest;
}
