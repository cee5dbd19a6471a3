import { createHmac } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../cli/sdk/index.ts";
import type { JobDetail } from "../../shared/contract/jobs.ts";
import { runCli } from "../standin/runCli.ts";
import { assign, fixture, job, type NamedBody, post, type RunningFleet, startFleet, until } from "./fleet.ts";

const KEY = Buffer.alloc(32, 5);
const SECRET = `whsec_${KEY.toString("base64")}`;
const TEXT = { name: "a.txt", body: Buffer.from("A fine day.") };

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: JobDetail };
  readonly signed: boolean;
}

/** A receiver that verifies signatures by the specification, with code of its own. */
class Receiver {
  readonly got: Got[] = [];
  /** Statuses of the next answers; then 204. */
  readonly statuses: number[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer((req, res) => {
      void text(req).then((raw) => this.#take(req, res, raw));
    });
  }

  #take(req: IncomingMessage, res: ServerResponse, raw: string): void {
    const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature } = req.headers;
    const expected = createHmac("sha256", KEY).update(`${id}.${time}.${raw}`).digest("base64");
    const isRecent = Math.abs(Date.now() / 1000 - Number(time)) < 300;
    const signed = isRecent && String(signature).split(" ").includes(`v1,${expected}`);
    this.got.push({ headers: req.headers, body: JSON.parse(raw), signed });
    res.writeHead(this.statuses.shift() ?? 204, { location: "/elsewhere" }).end();
  }

  async listen(port = 0): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook?key=hidden`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe("webhooks, one slave", () => {
  let fleet: RunningFleet;
  let receiver: Receiver;
  const receivers: Receiver[] = [];
  beforeAll(async () => {
    fleet = await startFleet({ WEBHOOK_SECRET: SECRET });
    await fleet.slave();
    await fleet.alive(1);
    receiver = await newReceiver();
  });
  afterAll(async () => {
    for (const one of receivers) one.close();
    await fleet.stop();
  });
  afterEach(() => receiver.got.splice(0));

  async function newReceiver(port?: number): Promise<Receiver> {
    const made = new Receiver();
    await made.listen(port);
    receivers.push(made);
    return made;
  }

  const url = () => fleet.master.url;
  const submit = async (callback: string, files: NamedBody[] = [TEXT], task = "text", field = "texts") => {
    const headers = { prefer: "respond-async" };
    const answer = await post(url(), files, { task, field, callback, headers });
    expect(answer.status).toBe(202);
    return ((await answer.json()) as JobDetail).id;
  };
  const settled = (id: string, state: string) =>
    until(`the callback is ${state}`, async () => {
      const { callback } = await job(url(), id);
      return callback?.state === state ? callback : undefined;
    });

  test("the end of a job is told once, signed, with the job as it is", async () => {
    const id = await submit(receiver.url);
    expect(await settled(id, "delivered")).toEqual({
      url: `http://127.0.0.1:${receiver.port}/hook?***`,
      state: "delivered",
      attempts: 1,
      last_status: 204,
    });
    const [got, ...more] = receiver.got;
    expect(more).toEqual([]);
    expect(got).toMatchObject({
      signed: true,
      headers: { "content-type": "application/json", "webhook-id": `msg_${id}` },
      body: { type: "job.done", data: { id, state: "succeeded", counts: { done: 1 } } },
    });
    const {
      files: _files,
      statistics: _sums,
      matching: _all,
      callback: _own,
      ...shown
    } = await job(url(), id);
    expect(got?.body.data).toEqual(shown);
    expect(got?.body.timestamp).toBe(shown.ended_at);
    const metrics = await (await fetch(`${url()}/metrics`)).text();
    expect(metrics).toMatch(/manyhands_webhook_deliveries_total\{outcome="delivered"\} [1-9]/);
  });

  test("a job that failed and one that was cancelled are told as such", async () => {
    const broken = [{ name: "b.png", body: Buffer.from("no picture") }];
    const failed = await submit(receiver.url, broken, "image", "images");
    await settled(failed, "delivered");
    const page = await fixture("ocr/small-print.png");
    const pages = Array.from({ length: 40 }, (_, n) => ({ name: `${n}.png`, body: page }));
    const cancelled = await submit(receiver.url, pages, "ocr", "images");
    await fetch(`${url()}/jobs/${cancelled}`, { method: "DELETE" });
    await settled(cancelled, "delivered");
    expect(receiver.got.map(({ body }) => [body.type, body.data.id])).toEqual([
      ["job.failed", failed],
      ["job.cancelled", cancelled],
    ]);
  });

  test("a waiting request, the SDK and the command line take a callback; a retried job keeps it", async () => {
    const broken = { name: "b.txt", body: Buffer.from("\0\0\0") };
    const { body } = await assign(url(), [broken], { task: "text", callback: receiver.url });
    await settled(body.id, "delivered");
    const again = await fetch(`${url()}/jobs/${body.id}/retry`, { method: "POST" });
    await settled(((await again.json()) as JobDetail).id, "delivered");
    const sdk = await connect({ master: url() });
    const sent = await sdk.submit("text", [{ name: "c.txt", bytes: TEXT.body }], { callback: receiver.url });
    await settled(sent.id, "delivered");
    const path = join(fleet.folder, "d.txt");
    await writeFile(path, "Fine.");
    const args = ["upload", "text", path, "--callback", receiver.url, "--json", "--master", url()];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    await settled((JSON.parse(stdout) as JobDetail).id, "delivered");
    expect(receiver.got.every(({ signed }) => signed)).toBe(true);
    expect(receiver.got).toHaveLength(4);
  });

  test("410 ends the tries, and a redirect is not followed", async () => {
    receiver.statuses.push(410);
    const id = await submit(receiver.url);
    expect(await settled(id, "failed")).toMatchObject({ attempts: 1, last_status: 410 });
    receiver.statuses.push(307);
    const moved = await submit(receiver.url);
    const pending = await until("the first try", async () => {
      const { callback } = await job(url(), moved);
      return callback?.attempts === 1 ? callback : undefined;
    });
    expect(pending).toMatchObject({ state: "pending", last_status: 307 });
    expect(receiver.got.map(({ headers }) => headers["webhook-id"])).toEqual([`msg_${id}`, `msg_${moved}`]);
    expect(Date.parse(pending.next_at ?? "")).toBeGreaterThan(Date.now());
    await settled(moved, "delivered");
  });

  test("a receiver that is down gets the webhook when it is back, also from a master that was killed meanwhile", async () => {
    const down = await newReceiver();
    const { port } = down;
    down.close();
    const id = await submit(`http://127.0.0.1:${port}/hook`);
    const waiting = await until("the first try", async () => {
      const { callback } = await job(url(), id);
      return callback?.attempts === 1 ? callback : undefined;
    });
    expect(waiting).toMatchObject({ state: "pending", last_error: "nothing listens there" });
    await fleet.master.kill("SIGKILL");
    const back = await newReceiver(port);
    await fleet.restartMaster();
    const { attempts } = await settled(id, "delivered");
    expect(attempts).toBeGreaterThan(1);
    expect(back.got).toMatchObject([{ signed: true, headers: { "webhook-id": `msg_${id}` } }]);
    await fleet.alive(1);
  });

  test("a receiver that never answers does not slow a job", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const callback = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    for (let n = 0; n < 20; n += 1) {
      const { body } = await assign(url(), [TEXT], { task: "text", callback });
      expect(body.state).toBe("succeeded");
      expect((await job(url(), body.id)).callback?.state).toBe("pending");
    }
    silent.closeAllConnections();
    silent.close();
  });

  test.each([
    ["http://169.254.169.254/latest/meta-data/", "callback_refused"],
    ["http://[::ffff:a9fe:a9fe]/", "callback_refused"],
    ["http://0.0.0.0:1/", "callback_refused"],
    ["http://user:secret@127.0.0.1/", "bad_callback"],
    ["gopher://127.0.0.1/", "bad_callback"],
    ["127.0.0.1:8080", "bad_callback"],
  ])("the callback %s is %s, and makes no job", async (callback, code) => {
    const before = await jobsTotal();
    const { status, body } = await assign(url(), [TEXT], { task: "text", callback });
    expect([status, body.code]).toEqual([400, code]);
    expect(JSON.stringify(body)).not.toContain("secret@");
    expect(await jobsTotal()).toBe(before);
  });

  const jobsTotal = async () => ((await (await fetch(`${url()}/jobs`)).json()) as { total: number }).total;

  test("the same key with another callback is another request", async () => {
    const headers = { "idempotency-key": "hook", prefer: "respond-async" };
    const one = await post(url(), [TEXT], { task: "text", callback: receiver.url, headers });
    const same = await post(url(), [TEXT], { task: "text", callback: receiver.url, headers });
    const other = await post(url(), [TEXT], { task: "text", callback: `${receiver.url}2`, headers });
    expect([one.status, same.status, other.status]).toEqual([202, 202, 422]);
    await settled(((await one.json()) as JobDetail).id, "delivered");
  });
});

test("a master without a secret refuses a callback and names the variable", async () => {
  const fleet = await startFleet();
  try {
    const headers = { prefer: "respond-async" };
    const callback = "https://example.org/hook";
    const { status, body } = await assign(fleet.master.url, [TEXT], { task: "text", callback, headers });
    expect([status, body.code]).toEqual([400, "webhooks_off"]);
    expect(body.error).toContain("WEBHOOK_SECRET");
  } finally {
    await fleet.stop();
  }
});

test("a master does not start with a secret that cannot be used, and does not show it", async () => {
  await expect(startFleet({ WEBHOOK_SECRET: "whsec_c2hvcnQ=" })).rejects.toThrow(
    /WEBHOOK_SECRET must be whsec_/,
  );
  await expect(startFleet({ WEBHOOK_SECRET: "whsec_c2hvcnQ=" })).rejects.not.toThrow(/c2hvcnQ/);
});
