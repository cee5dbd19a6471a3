import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fleetEventData } from "../../shared/contract/fleetEvents.ts";
import { multipart, type RunningFleet, type Started, startFleet, until } from "./fleet.ts";

const TOKENS = {
  CLIENT_TOKEN: "alice:alices-secret,bob:bobs-secret",
  FLEET_TOKEN: "fleets-secret",
  JOBS: "own",
};
type Who = "alice" | "bob";

let fleet: RunningFleet;
let slave: Started;

beforeAll(async () => {
  fleet = await startFleet(TOKENS);
  slave = await fleet.slave({ SLAVE_NAME: "box-1" });
  await until("a slave", async () => (await as("alice", "/readyz")).ok || undefined);
}, 120_000);

afterAll(() => fleet?.stop());

/** An open stream, and all events that it has had. */
class Events {
  readonly events: { readonly event: string; readonly data: Record<string, unknown> }[] = [];
  readonly #client = new AbortController();

  static async open(who: Who, query = ""): Promise<Events> {
    const events = new Events();
    const answer = await as(who, `/events${query}`, { signal: events.#client.signal });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/event-stream"),
    ]);
    void events.#read(answer);
    return events;
  }

  async until(
    event: string,
    holds: (data: Record<string, unknown>) => boolean = () => true,
  ): Promise<object> {
    return await until(
      `event ${event}`,
      async () => this.events.find((one) => one.event === event && holds(one.data))?.data,
    );
  }

  close(): void {
    this.#client.abort();
  }

  async #read(answer: Response): Promise<void> {
    let rest = "";
    try {
      for await (const chunk of answer.body ?? []) {
        rest += Buffer.from(chunk as Uint8Array).toString("utf8");
        const blocks = rest.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // The master was killed, or the test has seen enough.
    }
  }

  #take(block: string): void {
    const { event, data } = /^event: (?<event>\w+)\ndata: (?<data>.*)$/.exec(block)?.groups ?? {};
    if (event === undefined || data === undefined) return;
    const parsed = JSON.parse(data) as Record<string, unknown>;
    expect(fleetEventData.shape[event as keyof typeof fleetEventData.shape].parse(parsed)).toEqual(parsed);
    this.events.push({ event, data: parsed });
  }
}

describe("GET /events", () => {
  test("tells the fleet as it is, then what happens to a job and its files, at most once a second", async () => {
    const waiting = await submit("alice", 400);
    const stream = await Events.open("alice", `?job=${waiting}`);
    await stream.until("ready");
    const before = stream.events.slice(
      0,
      stream.events.findIndex(({ event }) => event === "ready"),
    );
    expect(before.map(({ event }) => event)).toEqual(["slave", "capacity", "job"]);
    expect(before[0]?.data).toMatchObject({ name: "box-1", state: "alive" });
    await stream.until("job", ({ id, state }) => id === waiting && state === "succeeded");
    const { started_at, ended_at } = (await stream.until(
      "job",
      ({ state }) => state === "succeeded",
    )) as Record<string, string>;
    const seconds = (Date.parse(ended_at ?? "") - Date.parse(started_at ?? "")) / 1000;
    const told = stream.events.filter(({ event, data }) => event === "job" && data.id === waiting);
    expect(told.length).toBeLessThanOrEqual(seconds + 3);
    await stream.until("files", ({ job, all }) => job === waiting && all === true);
    await as("alice", `/jobs/${waiting}?purge=true`, { method: "DELETE" });
    expect(await stream.until("removed", ({ id }) => id === waiting)).toEqual({ id: waiting, kind: "job" });
    stream.close();
  });

  test("tells a client of its own jobs only, also of their removal", async () => {
    const [alices, bobs] = [await Events.open("alice"), await Events.open("bob")];
    await Promise.all([alices.until("ready"), bobs.until("ready")]);
    const id = await submit("alice", 1);
    await alices.until("job", (data) => data.id === id && data.state === "succeeded");
    await as("alice", `/jobs/${id}?purge=true`, { method: "DELETE" });
    await alices.until("removed", (data) => data.id === id);
    const own = await submit("bob", 1);
    await bobs.until("job", (data) => data.id === own && data.state === "succeeded");
    expect(JSON.stringify(bobs.events)).not.toContain(id);
    expect((await as("bob", "/events?job=01ARZ3NDEKTSV4RRFFQ69G5FAV")).status).toBe(404);
    alices.close();
    bobs.close();
  });

  test("with a search it tells of jobs that match, and when they no longer do", async () => {
    const stream = await Events.open("alice", `?q=${encodeURIComponent("state:running state:queued")}`);
    await stream.until("ready");
    // Long enough that it is seen before it ends.
    const id = await submit("alice", 4_000);
    await stream.until("job", (data) => data.id === id);
    await stream.until("removed", (data) => data.id === id);
    expect(stream.events.some(({ data }) => data.state === "succeeded")).toBe(false);
    stream.close();
    expect((await as("alice", "/events?q=colour%3Ared")).status).toBe(400);
  });

  test("100 clients that never read hold up no job and cost a bounded amount of memory", async () => {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => silentClient(fleet.master.port)));
    const memory = async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${fleet.master.process.pid}/status`, "utf8"))?.[1]) *
      1024;
    await finished(await submit("alice", 300));
    const before = await memory();
    const ids = [];
    for (let n = 0; n < 20; n += 1) ids.push(await submit("alice", 100));
    for (const id of ids) await finished(id);
    expect((await memory()) - before).toBeLessThan(150e6);
    for (const socket of sockets) socket.destroy();
    const stream = await Events.open("alice");
    await stream.until("ready");
    stream.close();
  }, 240_000);

  test("after a restart of the master a client that connects again gets all of it again", async () => {
    // Nothing is done until the stream of the new master has told of the job.
    slave.process.kill("SIGSTOP");
    const id = await submit("alice", 20);
    const before = await Events.open("alice");
    await before.until("job", (data) => data.id === id);
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    const stream = await Events.open("alice");
    await stream.until("ready");
    expect(stream.events.filter(({ event }) => event === "job").map(({ data }) => data.id)).toContain(id);
    slave.process.kill("SIGCONT");
    await stream.until("job", (data) => data.id === id && data.state === "succeeded");
    stream.close();
  }, 120_000);
});

/** Asks for the events and never reads them. */
async function silentClient(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.pause();
  socket.write("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer alices-secret\r\n\r\n");
  return socket;
}

async function as(who: Who, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${who}s-secret`, ...init.headers };
  return await fetch(fleet.master.url + path, { ...init, headers });
}

async function submit(who: Who, count: number): Promise<string> {
  const files = Array.from({ length: count }, (_, n) => ({
    name: `${n}.txt`,
    body: Buffer.from("A fine day."),
  }));
  const body = multipart(files, { task: "text" });
  const answer = await as(who, "/assign_task", {
    method: "POST",
    body,
    headers: { prefer: "respond-async" },
  });
  return ((await answer.json()) as { id: string }).id;
}

async function finished(id: string): Promise<void> {
  await until("the end of a job", async () => {
    const answer = await as("alice", `/jobs/${id}?wait=30&limit=0`);
    return ((await answer.json()) as { ended_at?: string }).ended_at;
  });
}
