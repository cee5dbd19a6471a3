import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, type FleetClient, type FleetUpdate, type Job, type JobView } from "../../cli/sdk/index.ts";
import { type RunningFleet, startFleet, until } from "./fleet.ts";

/** The master starts again in the middle, on a machine that may be busy; the limit only prevents hanging. */
const SLOW_MS = 120_000;

let running: RunningFleet;
let fleet: FleetClient;

beforeAll(async () => {
  running = await startFleet();
  fleet = await connect({ master: running.master.url });
});

afterAll(() => running?.stop());

const letter = (name: string) => ({ name, bytes: `A fine letter ${name}.` });

/** A job that waits, because there is no slave yet. */
async function waiting(name: string): Promise<Job> {
  return await fleet.submit("text", [letter(`${name}-1.txt`), letter(`${name}-2.txt`)], { name });
}

/** Reads a stream in the background, until the signal is aborted. */
function gathered<T>(
  stream: AsyncIterable<T>,
  stop: AbortController,
): { readonly all: T[]; end(): Promise<void> } {
  const all: T[] = [];
  const reading = (async () => {
    for await (const one of stream) all.push(one);
  })().catch((error: unknown) => error);
  const end = async () => {
    const reason = new Error("enough");
    stop.abort(reason);
    expect(await reading).toBe(reason);
  };
  return { all, end };
}

test("fleet.jobs.cancel and retry change all jobs that match, and tell which", async () => {
  const jobs = [await waiting("bulk-a"), await waiting("bulk-b")];
  const other = await waiting("other");
  const ids = jobs.map(({ id }) => id).toSorted();
  const cancelled = await fleet.jobs.cancel({ query: "file:bulk-" });
  expect([cancelled.total, [...cancelled.changed].toSorted(), cancelled.skipped]).toEqual([2, ids, []]);
  expect((await other.refresh()).state).not.toBe("cancelled");
  const again = await fleet.jobs.cancel({ query: "file:bulk-a" });
  expect(again).toMatchObject({ total: 1, changed: [], skipped: [{ id: jobs[0]?.id, code: "job_over" }] });

  const retried = await fleet.jobs.retry({ query: "file:bulk- state:cancelled", options: { keywords: 3 } });
  expect(retried.changed).toHaveLength(2);
  const views = await Promise.all(retried.changed.map(async (id) => (await fleet.jobs.get(id)).view));
  expect(views.map(({ retry_of }) => retry_of).toSorted()).toEqual(ids);
  expect(views.map(({ options }) => options.keywords)).toEqual([3, 3]);

  await expect(fleet.jobs.cancel({ query: "colour:red" })).rejects.toMatchObject({ code: "bad_query" });
  await fleet.jobs.cancel({ query: "file:bulk-" });
  const deleted = await fleet.jobs.delete({ query: "file:bulk-" });
  expect(deleted.changed).toHaveLength(4);
  await expect(fleet.jobs.get(ids[0] ?? "")).rejects.toMatchObject({ code: "no_such_job", status: 404 });
  await other.cancel();
});

test(
  "fleet.events and fleet.jobs.watch tell what happens, over a start of the master, until the signal is aborted",
  async () => {
    const first = await waiting("events-first");
    const stops = [new AbortController(), new AbortController()] as const;
    const events = gathered<FleetUpdate>(fleet.events({ job: first.id, signal: stops[0].signal }), stops[0]);
    const watched = gathered<JobView>(
      fleet.jobs.watch({ query: "file:events-first", signal: stops[1].signal }),
      stops[1],
    );
    await until("the beginning", async () => events.all.some(({ type }) => type === "ready") || undefined);
    await running.master.kill("SIGKILL");
    await running.restartMaster();
    await until("the second connection", async () =>
      events.all.filter(({ type }) => type === "ready").length > 1 ? true : undefined,
    );
    const second = await waiting("events-second");
    const slave = await running.slave({ SLAVE_NAME: "attic" });
    const progress: number[] = [];
    const [one, other] = await Promise.all([
      first.done({ onProgress: ({ done }) => progress.push(done) }),
      second.done(),
    ]);
    expect([one.state, other.state, first.view.counts.done]).toEqual(["succeeded", "succeeded", 2]);
    await second.delete();
    await slave.kill("SIGTERM");
    const isThere = (holds: (event: FleetUpdate) => boolean) =>
      until("an event", async () => (events.all.some(holds) ? true : undefined));
    await isThere(
      (event) => event.type === "job" && event.job.id === first.id && event.job.state === "succeeded",
    );
    await isThere(
      (event) => event.type === "slave" && event.slave.name === "attic" && event.slave.state === "alive",
    );
    await isThere((event) => event.type === "removed" && event.kind === "job" && event.id === second.id);
    await isThere((event) => event.type === "files" && event.job === first.id);
    await isThere((event) => event.type === "capacity" && event.capacity.slots === 1);
    await until("the end of the job", async () =>
      watched.all.at(-1)?.state === "succeeded" ? true : undefined,
    );
    expect(new Set(watched.all.map(({ id }) => id))).toEqual(new Set([first.id]));
    await Promise.all([events.end(), watched.end()]);
  },
  SLOW_MS,
);
