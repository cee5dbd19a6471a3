import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AssignAnswer, JobDetail, JobView } from "../../shared/contract/jobs.ts";
import { S3Server } from "../fixtures/store/s3Server.ts";
import { base64, checksumOf, idOf, TusClient } from "../fixtures/tusClient.ts";
import { type RunningFleet, startFleet, until } from "./fleet.ts";

const MB = 2 ** 20;
const LIMIT = 20 * MB;
const TOKENS = { CLIENT_TOKEN: "alice:alices-secret,bob:bobs-secret", FLEET_TOKEN: "fleet", JOBS: "own" };

let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
});
afterAll(() => server.end());

describe.each([
  ["a folder", () => ({})],
  ["a bucket", () => server.variables("uploads")],
] as const)("uploads to a master whose store is %s", (_, variables) => {
  let fleet: RunningFleet;
  let tus: TusClient;
  beforeAll(async () => {
    fleet = await startFleet({ ...TOKENS, ...variables(), MAX_FILE_BYTES: String(LIMIT) });
    tus = new TusClient(fleet.master.url, "alices-secret");
    await fleet.slave({ SLAVE_TOKEN: "fleet" });
    await until("a slave", async () => {
      const { slaves } = (await (await ask("/slaves")).json()) as { slaves: { state: string }[] };
      return slaves.some(({ state }) => state === "alive") ? true : undefined;
    });
  }, 60_000);
  afterAll(() => fleet?.stop());

  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${fleet.master.url}${path}`, {
      ...init,
      headers: { authorization: "Bearer alices-secret", ...init.headers },
    });

  const assign = (fields: Record<string, string | Blob>, headers: Record<string, string> = {}) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === "string") form.append(name, value);
      else form.append("texts", value, name);
    }
    return ask("/assign_task", { method: "POST", body: form, headers });
  };

  const filesOf = async (job: string) => ((await (await ask(`/jobs/${job}`)).json()) as JobDetail).files;
  const inputOf = async (job: string, index: number) =>
    Buffer.from(await (await ask(`/jobs/${job}/files/${index}/input`)).arrayBuffer());

  test("OPTIONS tells version, extensions, limit and hash functions, and asks for no version", async () => {
    const answer = await tus.ask("OPTIONS", "/uploads", { headers: { "tus-resumable": "" } });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "tus-resumable": "1.0.0",
      "tus-version": "1.0.0",
      "tus-max-size": String(LIMIT),
      "tus-extension": "creation,creation-with-upload,expiration,checksum,termination",
      "tus-checksum-algorithm": "sha1,sha256,sha512,md5",
    });
  });

  test("bytes in three requests are one file, and HEAD tells how far it is", async () => {
    const body = randomBytes(3 * MB + 17);
    const path = await tus.create(body.length, "größe.bin");
    expect(await tus.offset(path)).toBe(0);
    let offset = 0;
    for (const end of [MB + 5, 2 * MB, body.length]) {
      const answer = await tus.append(path, offset, body.subarray(offset, end));
      expect([answer.status, answer.headers.get("upload-offset")]).toEqual([204, String(end)]);
      offset = end;
    }
    const head = await tus.ask("HEAD", path);
    expect(head.status).toBe(200);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      "upload-offset": String(body.length),
      "upload-length": String(body.length),
      "upload-metadata": `filename ${base64("größe.bin")}`,
      "cache-control": "no-store",
    });
    expect(new Date(head.headers.get("upload-expires") ?? "").getTime()).toBeGreaterThan(Date.now());
  });

  test("the first bytes can come with the creation", async () => {
    const headers = { "upload-length": "5", "content-type": "application/offset+octet-stream" };
    const answer = await tus.ask("POST", "/uploads", { headers, body: Buffer.from("abc") });
    expect([answer.status, answer.headers.get("upload-offset")]).toEqual([201, "3"]);
    expect(await tus.offset(answer.headers.get("location") ?? "")).toBe(3);
  });

  test.each([
    ["no version", { "tus-resumable": "", "upload-length": "1" }, 412, "tus_version"],
    ["another version", { "tus-resumable": "0.2.0", "upload-length": "1" }, 412, "tus_version"],
    ["no length", {}, 400, "bad_upload_header"],
    ["a length that is no number", { "upload-length": "-1" }, 400, "bad_upload_header"],
    ["a length that comes later", { "upload-defer-length": "1" }, 400, "bad_upload_header"],
    ["a length above the limit", { "upload-length": String(LIMIT + 1) }, 413, "too_large"],
    [
      "metadata without Base64",
      { "upload-length": "1", "upload-metadata": "filename ä!" },
      400,
      "bad_upload_header",
    ],
  ])("a creation with %s is refused", async (_what, headers, status, code) => {
    const answer = await tus.ask("POST", "/uploads", { headers });
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
    expect(answer.headers.get("tus-resumable")).toBe("1.0.0");
    if (status === 412) expect(answer.headers.get("tus-version")).toBe("1.0.0");
  });

  test("an offset that is not the upload's is 409, and tells the right one", async () => {
    const path = await tus.create(10);
    await tus.append(path, 0, Buffer.from("abc"));
    for (const offset of [0, 2, 4]) {
      const answer = await tus.append(path, offset, Buffer.from("x"));
      expect(answer.status).toBe(409);
      expect(await answer.json()).toMatchObject({ code: "wrong_offset", offset: 3 });
    }
    expect(await tus.offset(path)).toBe(3);
  });

  test("a request without an offset, of another type or beyond the length is refused, and changes nothing", async () => {
    const path = await tus.create(4);
    const type = { "content-type": "application/offset+octet-stream" };
    const sent = async (headers: Record<string, string>, body: Uint8Array) => {
      const answer = await tus.ask("PATCH", path, { headers, body });
      return [answer.status, await codeOf(answer)];
    };
    const four = Buffer.from("four");
    expect(await sent(type, four)).toEqual([400, "bad_upload_header"]);
    expect(await sent({ "upload-offset": "0", "content-type": "text/plain" }, four)).toEqual([
      415,
      "not_offset_stream",
    ]);
    expect(await sent({ ...type, "upload-offset": "0" }, Buffer.from("five!"))).toEqual([
      413,
      "beyond_length",
    ]);
    expect(await tus.offset(path)).toBe(0);
  });

  test("a stream of unknown length that is too long gives 413, and no more bytes than the file has", async () => {
    const path = await tus.create(4);
    const stream = new Blob([Buffer.from("ab"), Buffer.alloc(100)]).stream();
    const answer = await tus.append(path, 0, stream);
    expect([answer.status, await codeOf(answer)]).toEqual([413, "beyond_length"]);
    expect(await tus.offset(path)).toBeLessThanOrEqual(4);
  });

  test.each(["sha1", "sha256", "sha512", "md5"])(
    "a right %s is taken, a wrong one is 460",
    async (algorithm) => {
      const body = randomBytes(70_000);
      const path = await tus.create(body.length);
      const wrong = await tus.append(path, 0, body, checksumOf(algorithm, Buffer.from("other")));
      expect([wrong.status, await codeOf(wrong)]).toEqual([460, "wrong_checksum"]);
      expect(await tus.offset(path)).toBe(0);
      const half = body.subarray(0, 30_000);
      expect((await tus.append(path, 0, half, checksumOf(algorithm, half))).status).toBe(204);
      const rest = body.subarray(30_000);
      expect((await tus.append(path, 30_000, rest, checksumOf(algorithm, rest))).status).toBe(204);
      const job = (await (await assign({ task_type: "text", uploads: idOf(path) })).json()) as AssignAnswer;
      expect(await inputOf(job.job_id, 0)).toEqual(body);
    },
  );

  test("a hash function that is not known is refused", async () => {
    const answer = await tus.append(await tus.create(1), 0, Buffer.from("a"), "crc32 AAAA");
    expect([answer.status, await codeOf(answer)]).toEqual([400, "bad_upload_header"]);
  });

  test("a request goes on at once where another one is silent, and what that one brought is kept", async () => {
    const body = randomBytes(2 * MB);
    const path = await tus.create(body.length, "two.bin");
    const slow = await tus.slow(path, body.length);
    await new Promise((resolve) => slow.write(body.subarray(0, MB), resolve));
    // Another client cannot end it.
    expect((await new TusClient(fleet.master.url, "bobs-secret").ask("HEAD", path)).status).toBe(404);
    const offset = await untilEnded(slow, () => tus.offset(path));
    expect(offset).toBeLessThanOrEqual(MB);
    expect([409, 423]).toContain((await slow.answer).statusCode);
    const again = await tus.slow(path, body.length - offset, offset);
    again.write(body.subarray(offset, offset + 1000));
    const wrong = await untilEnded(again, () => tus.append(path, body.length, Buffer.from("x")));
    expect([wrong.status, await codeOf(wrong)]).toEqual([409, "wrong_offset"]);
    expect([409, 423]).toContain((await again.answer).statusCode);
    const now = await tus.offset(path);
    expect((await tus.append(path, now, body.subarray(now))).status).toBe(204);
    const job = (await (
      await assign({ task_type: "text", uploads: idOf(path) }, { prefer: "respond-async" })
    ).json()) as JobView;
    expect((await inputOf(job.job_id, 0)).equals(body)).toBe(true);
  });

  test("an upload is removed while a silent request still holds it", async () => {
    const path = await tus.create(2 * MB);
    const slow = await tus.slow(path, 2 * MB);
    await new Promise((resolve) => slow.write(randomBytes(MB), resolve));
    expect((await tus.ask("DELETE", path)).status).toBe(204);
    expect((await slow.answer).statusCode).toBeGreaterThanOrEqual(400);
    expect((await tus.ask("HEAD", path)).status).toBe(404);
    await expectNoBytes();
  });

  test("a removed upload is gone", async () => {
    const path = await tus.create(3);
    await tus.append(path, 0, Buffer.from("ab"));
    expect((await tus.ask("DELETE", path)).status).toBe(204);
    for (const method of ["HEAD", "DELETE"]) expect((await tus.ask(method, path)).status).toBe(404);
  });

  test("an upload of another client is the same 404 as one that does not exist", async () => {
    const bob = new TusClient(fleet.master.url, "bobs-secret");
    const path = `/uploads/${await tus.whole(Buffer.from("secret text"), "a.txt")}`;
    const none = `/uploads/${"0".repeat(32)}`;
    for (const one of [path, none]) {
      expect((await bob.ask("HEAD", one)).status).toBe(404);
      expect((await bob.ask("DELETE", one)).status).toBe(404);
      const answer = await bob.append(one, 0, Buffer.from("x"));
      expect([answer.status, await codeOf(answer)]).toEqual([404, "no_such_upload"]);
      const job = await assign(
        { task_type: "text", uploads: idOf(one) },
        { authorization: "Bearer bobs-secret" },
      );
      expect([job.status, await codeOf(job)]).toEqual([404, "no_such_upload"]);
    }
    expect((await new TusClient(fleet.master.url).ask("HEAD", path)).status).toBe(401);
    expect(await tus.offset(path)).toBe(11);
  });

  test("a job has its uploads beside files, in the order that is asked for, and an upload is used once", async () => {
    const first = await tus.whole(Buffer.from("The first text."), "sub/first.txt");
    const last = await tus.whole(Buffer.alloc(100_000, "word "), "last.txt");
    const uploads = JSON.stringify([last, { id: first, index: 0, field: "texts" }]);
    const answer = await assign({ task_type: "text", uploads, "middle.txt": new Blob(["The middle text."]) });
    expect(answer.status).toBe(200);
    const job = (await answer.json()) as AssignAnswer;
    expect(job.files.map(({ filename, state }) => [filename, state])).toEqual([
      ["first.txt", "done"],
      ["middle.txt", "done"],
      ["last.txt", "done"],
    ]);
    expect((await inputOf(job.job_id, 2)).equals(Buffer.alloc(100_000, "word "))).toBe(true);
    const [file] = await filesOf(job.job_id);
    expect(file?.sha256).toBe(createHash("sha256").update("The first text.").digest("hex"));
    const again = await assign({ task_type: "text", uploads: first });
    expect([again.status, await codeOf(again)]).toEqual([409, "upload_used"]);
    expect((await tus.ask("HEAD", `/uploads/${first}`)).status).toBe(410);
    await expectNoBytes();
  });

  /** No bytes of uploads are left beside those that other tests left. */
  async function expectNoBytes(): Promise<void> {
    const folder = join(fleet.folder, "data/master/uploads");
    const names = await readdir(folder).catch(() => []);
    for (const name of names) expect((await tus.ask("HEAD", `/uploads/${name}`)).status).toBe(200);
  }

  test("a job with uploads goes on when its waiting client goes away", { timeout: 60_000 }, async () => {
    const id = await tus.whole(Buffer.alloc(4 * MB, "many words "), "long.txt");
    const form = new FormData();
    for (const [name, value] of Object.entries({ task_type: "text", uploads: id, name: `left ${id}` }))
      form.append(name, value);
    const gone = new AbortController();
    const waiting = ask("/assign_task", { method: "POST", body: form, signal: gone.signal });
    const found = async () => {
      const { jobs } = (await (await ask("/jobs")).json()) as { jobs: JobView[] };
      return jobs.find(({ name }) => name === `left ${id}`);
    };
    const { job_id } = await until("the job", found);
    gone.abort();
    await expect(waiting).rejects.toThrow("aborted");
    const end = await until("its end", async () => {
      const { state } = (await (await ask(`/jobs/${job_id}`)).json()) as JobDetail;
      return ["queued", "running"].includes(state) ? undefined : state;
    });
    expect(end).toBe("succeeded");
  });

  test("a name leads out of no folder", async () => {
    const id = await tus.whole(Buffer.from("A text."), "../../../etc/pass\nwd.txt");
    const job = (await (await assign({ task_type: "text", uploads: id })).json()) as AssignAnswer;
    expect(job.files[0]).toMatchObject({ state: "done", saved_as: expect.not.stringContaining("..") });
  });

  test("an upload that is not whole, or not there, makes no job, and the others stay", async () => {
    const whole = await tus.whole(Buffer.from("A whole text."), "whole.txt");
    const part = await tus.create(10);
    await tus.append(part, 0, Buffer.from("abc"));
    const refused = async (uploads: string) => {
      const answer = await assign({ task_type: "text", uploads });
      return [answer.status, await codeOf(answer)];
    };
    expect(await refused(`${whole},${idOf(part)}`)).toEqual([409, "upload_unfinished"]);
    expect(await refused(`${whole},${"0".repeat(32)}`)).toEqual([404, "no_such_upload"]);
    for (const bad of ["../x", "[", '[{"id": 1}]', `${whole},${whole}`])
      expect(await refused(bad)).toEqual([400, "bad_uploads"]);
    expect((await assign({ task_type: "text", uploads: whole, options: '{"no": 1}' })).status).toBe(400);
    expect((await assign({ task_type: "none", uploads: whole })).status).toBe(400);
    const job = (await (await assign({ task_type: "text", uploads: whole })).json()) as AssignAnswer;
    expect(job.files[0]).toMatchObject({ filename: "whole.txt", state: "done" });
    expect(await tus.offset(part)).toBe(3);
  });

  test("the same key and the same uploads are the same job; another key is refused", async () => {
    const id = await tus.whole(Buffer.from("Once and only once."), "once.txt");
    const send = (key: string) =>
      assign({ task_type: "text", uploads: id }, { prefer: "respond-async", "idempotency-key": key });
    const first = (await (await send("one")).json()) as JobView;
    const again = await send("one");
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
    expect(((await again.json()) as JobView).job_id).toBe(first.job_id);
    const other = await send("two");
    expect([other.status, await codeOf(other)]).toEqual([409, "upload_used"]);
    // The same bytes in a new upload, under the key that is known: the upload is not needed.
    const same = await tus.whole(Buffer.from("Once and only once."), "once.txt");
    const third = await assign(
      { task_type: "text", uploads: same },
      { prefer: "respond-async", "idempotency-key": "one" },
    );
    expect(((await third.json()) as JobView).job_id).toBe(first.job_id);
    await until("the upload to be spent", async () =>
      (await tus.ask("HEAD", `/uploads/${same}`)).status === 410 ? true : undefined,
    );
  });

  test("a job of a purged job's upload is refused, and the purge takes its bytes", async () => {
    const id = await tus.whole(randomBytes(MB), "p.txt");
    const job = (await (await assign({ task_type: "text", uploads: id })).json()) as AssignAnswer;
    expect((await ask(`/jobs/${job.job_id}?purge=true`, { method: "DELETE" })).status).toBe(200);
    const again = await assign({ task_type: "text", uploads: id });
    expect([again.status, await codeOf(again)]).toEqual([409, "upload_used"]);
  });

  test("a file of no bytes is whole at once", async () => {
    const id = idOf(await tus.create(0, "empty.txt"));
    const job = (await (await assign({ task_type: "text", uploads: id })).json()) as AssignAnswer;
    expect(job.files[0]).toMatchObject({ filename: "empty.txt" });
  });

  test("after a SIGKILL in the middle of a request HEAD tells bytes that are there, and the file becomes whole", {
    timeout: 60_000,
  }, async () => {
    const body = randomBytes(12 * MB);
    const path = await tus.create(body.length, "killed.bin");
    expect((await tus.append(path, 0, body.subarray(0, 5 * MB))).status).toBe(204);
    const sent = await tus.slow(path, body.length - 5 * MB, 5 * MB);
    await new Promise((resolve) => sent.write(body.subarray(5 * MB, 8 * MB), resolve));
    await fleet.master.kill("SIGKILL");
    await fleet.restartMaster();
    const offset = await tus.offset(path);
    expect(offset).toBeGreaterThanOrEqual(5 * MB);
    expect((await tus.append(path, offset, body.subarray(offset))).status).toBe(204);
    const job = (await (
      await assign({ task_type: "text", uploads: idOf(path) }, { prefer: "respond-async" })
    ).json()) as JobView;
    expect((await inputOf(job.job_id, 0)).equals(body)).toBe(true);
    expect((await filesOf(job.job_id))[0]?.sha256).toBe(createHash("sha256").update(body).digest("hex"));
  });

  test("a master that stops in order keeps what came of a request", { timeout: 60_000 }, async () => {
    const body = randomBytes(12 * MB);
    const path = await tus.create(body.length, "stopped.bin");
    const sent = await tus.slow(path, body.length);
    await new Promise((resolve) => sent.write(body.subarray(0, 11 * MB), resolve));
    await fleet.master.kill("SIGTERM");
    await fleet.restartMaster();
    const offset = await tus.offset(path);
    expect(offset).toBeGreaterThan(0);
    expect((await tus.append(path, offset, body.subarray(offset))).status).toBe(204);
    expect(await tus.offset(path)).toBe(body.length);
  });

  test("uploads that expired are removed with their bytes", { timeout: 60_000 }, async () => {
    const path = await tus.create(MB, "old.bin");
    await tus.append(path, 0, randomBytes(500_000));
    await fleet.master.kill("SIGTERM");
    await fleet.restartMaster({ KEEP_UPLOADS_SECONDS: "1" });
    const fresh = await tus.create(9);
    await tus.append(fresh, 0, Buffer.from("abc"));
    await until("the upload to expire", async () =>
      (await tus.ask("HEAD", fresh)).status === 404 ? true : undefined,
    );
    expect(await tus.offset(path)).toBe(500_000);
  });
});

/** Asks until the silent request has ended: at the first time the master may not have begun to store what it brings. */
async function untilEnded<Answer>(
  { answer }: Awaited<ReturnType<TusClient["slow"]>>,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let isOver = false;
  void answer.then(() => {
    isOver = true;
  });
  return await until("the end of the silent request", async () => {
    const asked = await ask();
    return isOver ? asked : undefined;
  });
}

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { code: string }).code;
}
