import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AssignAnswer, JobDetail } from "../../shared/contract/jobs.ts";
import { type Answered, assign, fixture, job, post, type RunningFleet, startFleet, until } from "./fleet.ts";

const NDJSON = "application/x-ndjson";

describe("Idempotency-Key", () => {
  let fleet: RunningFleet;
  let page: Buffer;
  beforeAll(async () => {
    page = await fixture("ocr/small-print.png");
    fleet = await startFleet();
    await fleet.slave();
    await fleet.alive(1);
  });
  afterAll(async () => await fleet.stop());

  const url = () => fleet.master.url;
  const note = (name: string, text = "good") => [{ name: `${name}.txt`, body: Buffer.from(text) }];
  const pages = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({ name: `${name}-${n}.png`, body: page }));
  const jobs = async () => ((await (await fetch(`${url()}/jobs`)).json()) as { jobs: JobDetail[] }).jobs;
  const send = (key: string, files: ReturnType<typeof note>, headers: Record<string, string> = {}) =>
    assign(url(), files, { task: "text", headers: { "idempotency-key": key, ...headers } });
  const sendPages = (
    key: string,
    files: ReturnType<typeof pages>,
    { signal, accept = "application/json" }: { signal?: AbortSignal; accept?: string } = {},
  ) =>
    post(url(), files, {
      task: "ocr",
      field: "images",
      headers: { "idempotency-key": key, accept },
      ...(signal === undefined ? {} : { signal }),
    });
  const jobNamed = (name: string) =>
    until(`a job with ${name}`, async () => {
      for (const { id } of await jobs()) {
        const detail = await job(url(), id);
        if (detail.files[0]?.filename.startsWith(name)) return detail;
      }
      return undefined;
    });

  test("the same request again has the same answer and makes no second job", async () => {
    const first = await send("again", note("again"));
    const count = (await jobs()).length;
    const second = await send("again", note("again"));
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect([first, second].map(replayed)).toEqual([null, "true"]);
    expect((await jobs()).length).toBe(count);
  });

  test("another key with the same bytes is another job", async () => {
    const first = await send("one", note("twice"));
    const second = await send("two", note("twice"));
    expect(second.body.job_id).not.toBe(first.body.job_id);
  });

  test.each([
    ["other bytes", note("mismatch", "bad"), {}],
    ["another name", note("mismatch-2"), {}],
    ["other options", note("mismatch"), { options: { keywords: 3 } }],
  ])("the same key with %s is 422 idempotency_mismatch", async (what, files, more) => {
    const key = `mismatch ${what}`;
    const first = await send(key, note("mismatch"));
    const answer = await assign(url(), files, { task: "text", headers: { "idempotency-key": key }, ...more });
    expect([answer.status, answer.body.code]).toEqual([422, "idempotency_mismatch"]);
    expect((answer.body as { job_id: string }).job_id).toBe(first.body.job_id);
  });

  test("a second client waits for the job that runs, and has the same answer", async () => {
    const both = await Promise.all([1, 2].map(() => sendPages("both", pages("both", 3))));
    const answers = (await Promise.all(both.map((one) => one.json()))) as AssignAnswer[];
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[0]?.files.length).toBe(3);
    const of = (await jobs()).filter(({ id }) => id === answers[0]?.job_id);
    expect(of.length).toBe(1);
  });

  test("the job goes on while one client waits, and is cancelled when the last has gone", async () => {
    const clients = [new AbortController(), new AbortController()];
    const [first, second] = await Promise.all(
      clients.map(({ signal }) => sendPages("leaving", pages("leaving", 200), { signal, accept: NDJSON })),
    );
    // Both clients have the head of their answer, so the master counts both.
    expect([first, second].map((one) => one?.headers.get("idempotency-replayed")).sort()).toEqual([
      null,
      "true",
    ]);
    const { id } = await jobNamed("leaving");
    clients[0]?.abort();
    const before = (await job(url(), id)).counts.done;
    await until("one more page is done", async () =>
      (await job(url(), id)).counts.done > before ? true : undefined,
    );
    expect((await job(url(), id)).state).toBe("running");
    clients[1]?.abort();
    await until("the job is cancelled", async () =>
      (await job(url(), id)).state === "cancelled" ? true : undefined,
    );
  });

  test("a cancelled job does not hold its key: the client that comes back has its files done", async () => {
    const client = new AbortController();
    const lost = sendPages("back", pages("back", 10), { signal: client.signal }).catch(() => undefined);
    const { id } = await jobNamed("back");
    client.abort();
    await lost;
    const answer = await sendPages("back", pages("back", 10));
    const body = (await answer.json()) as AssignAnswer;
    expect([answer.status, body.state, body.total_files_processed]).toEqual([200, "succeeded", 10]);
    expect(body.job_id).not.toBe(id);
    expect((await job(url(), id)).state).toBe("cancelled");
  });

  test("respond-async under the key of a waiting request keeps its job alive", async () => {
    const client = new AbortController();
    const lost = sendPages("kept", pages("kept", 10), { signal: client.signal }).catch(() => undefined);
    const { id } = await jobNamed("kept");
    const answer = await post(url(), pages("kept", 10), {
      task: "ocr",
      field: "images",
      headers: { "idempotency-key": "kept", prefer: "respond-async" },
    });
    expect(answer.status).toBe(202);
    expect(((await answer.json()) as { job_id: string }).job_id).toBe(id);
    client.abort();
    await lost;
    const detail = await until("the job is over", async () => {
      const found = (await (await fetch(`${url()}/jobs/${id}?wait=30`)).json()) as JobDetail;
      return found.ended_at === undefined ? undefined : found;
    });
    expect(detail.state).toBe("succeeded");
  });

  test("a key survives a kill of the master", async () => {
    const first = await send("survives", note("survives"));
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    // The answer needs no slave.
    const second = await send("survives", note("survives"));
    expect(second.body).toEqual(first.body);
    expect((await send("survives", note("survives", "bad"))).status).toBe(422);
  });

  test("a key that cannot be one is 400", async () => {
    const answer = await send("k".repeat(256), note("long"));
    expect([answer.status, answer.body.code]).toEqual([400, "bad_idempotency_key"]);
  });
});

function replayed({ headers }: Answered): string | null {
  return headers.get("idempotency-replayed");
}
