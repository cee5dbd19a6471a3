import { expect, test } from "vitest";
import type { QueuedUnit } from "../queue/port.ts";
import type { WorkSpan } from "../record/timeline.ts";
import { GrowingSums } from "./growingSums.ts";
import { SlotBook } from "./slotBook.ts";

const slave = { id: "s1", name: "north", slots: 2 };

function unit(index: number, job = "01A", inputs: readonly number[] = []): QueuedUnit {
  const files = inputs.map((input) => ({ key: "k", filename: "a", bytes: 1, sha256: "s", index: input }));
  return { id: `${job}/main/${index}`, job, task: "text", files } as Partial<QueuedUnit> as QueuedUnit;
}

function bookAt(begin: number) {
  const clock = { now: begin };
  const spans: WorkSpan[] = [];
  const book = new SlotBook(
    (span) => spans.push(span),
    () => clock.now,
  );
  const end = (index: number, seconds: number) =>
    book.ended(slave, unit(index), { open: undefined, seconds, state: "done" });
  return { book, spans, clock, end };
}

const inShort = ({ slot, from, to, units, index }: WorkSpan) => [slot, from, to, units, index];

test("units get the first free slot when they begin, and keep it", () => {
  const { book, spans, clock } = bookAt(1_000);
  const long = book.began(slave, unit(0));
  for (const index of [1, 2]) {
    const open = book.began(slave, unit(index));
    clock.now += 400;
    book.ended(slave, unit(index), { open, seconds: 0.4, state: "done" });
    clock.now += 50;
  }
  book.ended(slave, unit(0), { open: long, seconds: 0.9, state: "failed" });
  book.flush(clock.now);
  expect(spans.map(inShort)).toEqual([
    [1, 1_000, 1_400, 1, 1],
    [0, 1_000, 1_900, 1, 0],
    [1, 1_450, 1_850, 1, 2],
  ]);
  expect(spans.map(({ state }) => state)).toEqual(["done", "failed", "done"]);
});

test("a span is of the file of its unit, which has another number where files of the job are on record", () => {
  const { book, spans, clock } = bookAt(1_000);
  for (const one of [unit(0, "01A", [3]), unit(1, "01A", []), unit(2, "01A", [5, 6])]) {
    const open = book.began(slave, one);
    clock.now += 400;
    book.ended(slave, one, { open, seconds: 0.4, state: "done" });
  }
  book.flush(clock.now);
  expect(spans.map(({ index }) => index).toSorted()).toEqual([1, 2, 3]);
});

test("short units are joined, and the answers of many that come at once are shared among the slots", () => {
  const { book, spans, clock, end } = bookAt(1_000);
  for (let index = 0; index < 40; index += 1) {
    if (index % 20 === 0) clock.now += 50;
    end(index, 0.0051);
  }
  book.flush(clock.now);
  expect(spans.map(({ units }) => units)).toEqual([20, 20]);
  for (const { from, to, busy, index } of spans) {
    expect(to - from).toBeGreaterThanOrEqual(100);
    expect(busy).toBeCloseTo(102, 5);
    expect(Number.isInteger(from)).toBe(true);
    expect(index).toBeUndefined();
  }
});

test("short units of several jobs whose ends are told at once follow each other, and none is lost", () => {
  const { book, spans, clock } = bookAt(1_000);
  const narrow = { ...slave, slots: 1 };
  const end = (job: string) =>
    book.ended(narrow, unit(0, job), { open: undefined, seconds: 0.02, state: "done" });
  end("01A");
  clock.now += 60;
  for (const job of ["01B", "01C", "01D"]) end(job);
  book.flush(clock.now);
  expect(spans.map(({ job, from, to }) => [job, from, to])).toEqual([
    ["01A", 980, 1_000],
    ["01B", 1_020, 1_040],
    ["01C", 1_040, 1_050],
    ["01D", 1_050, 1_060],
  ]);
});

test("units of another job, failed ones and long ones stand alone", () => {
  const { book, spans, clock, end } = bookAt(1_000);
  end(0, 0.01);
  clock.now += 20;
  book.ended(slave, unit(0, "01B"), { open: undefined, seconds: 0.01, state: "done" });
  clock.now += 20;
  book.ended(slave, unit(1, "01B"), { open: undefined, seconds: 0.01, state: "failed" });
  clock.now += 2_000;
  end(2, 2);
  book.flush(clock.now);
  expect(spans.map(({ job, units, state }) => [job, units, state])).toEqual([
    ["01A", 1, "done"],
    ["01B", 1, "done"],
    ["01B", 1, "failed"],
    ["01A", 1, "done"],
  ]);
});

test("spans of a slot never overlap, also when slaves tell odd times", () => {
  const { book, spans, clock, end } = bookAt(1_000_000);
  for (let index = 0; index < 500; index += 1) {
    clock.now += (index * 7) % 31;
    if (index % 5 === 0) {
      const open = book.began(slave, unit(index));
      clock.now += (index * 13) % 400;
      book.ended(slave, unit(index), { open, seconds: ((index * 11) % 900) / 1_000, state: "done" });
    } else end(index, ((index * 17) % 500) / 1_000);
  }
  book.flush(clock.now);
  for (const slot of [0, 1]) {
    const own = spans.filter((span) => span.slot === slot);
    for (const [at, { from, to, busy }] of own.entries()) {
      expect(from).toBeGreaterThanOrEqual(own[at - 1]?.to ?? 0);
      expect(to).toBeGreaterThanOrEqual(from);
      expect(busy).toBeLessThanOrEqual(to - from);
    }
  }
  expect(spans.reduce((sum, { units }) => sum + units, 0)).toBe(500);
});

test("a unit that runs for minutes is recorded in pieces, and counts once", () => {
  const { book, spans, clock } = bookAt(1_000_000);
  const open = book.began(slave, unit(0));
  for (let n = 0; n < 30; n += 1) {
    clock.now += 10_000;
    book.flush(clock.now);
  }

  clock.now += 5_000;
  expect(book.running(clock.now)).toMatchObject([{ to: 1_305_000, state: "running", units: 0 }]);
  book.ended(slave, unit(0), { open, seconds: 305, state: "done" });
  book.flush(clock.now);
  expect(spans.map(({ from, to }) => to - from)).toEqual([60_000, 60_000, 60_000, 60_000, 60_000, 5_000]);
  expect(spans.map(({ units }) => units)).toEqual([0, 0, 0, 0, 0, 1]);
  expect(book.hasOpen).toBe(false);
});

test("the work of a span is shared among the intervals that it touches", () => {
  const sums = new GrowingSums();
  const { spans, clock, book } = bookAt(25_000);
  const open = book.began(slave, unit(0));
  clock.now += 30_000;
  book.ended(slave, unit(0), { open, seconds: 30, state: "failed" });
  book.flush(clock.now);
  for (const span of spans) sums.span(span);
  sums.fileEnded("text", { at: 54_000, state: "done", total: 4, wait: 1, run: 3 });
  sums.waiting(58_000, 0);
  const taken = sums.take();
  expect(taken.map(({ at, slots: [slot] }) => [at, slot?.busy, slot?.units, slot?.failed])).toEqual([
    [20_000, 5_000, 0, 0],
    [30_000, 10_000, 0, 0],
    [40_000, 10_000, 0, 0],
    [50_000, 5_000, 1, 1],
  ]);
  expect(taken.map(({ done }) => done)).toEqual([0, 0, 0, 1]);
  expect(sums.take()).toEqual([]);
});
