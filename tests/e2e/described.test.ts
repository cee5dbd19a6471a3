import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BulkAnswer } from "../../shared/contract/bulk.ts";
import type { AssignAnswer, JobView } from "../../shared/contract/jobs.ts";
import { DescribedMaster } from "./described.ts";
import { multipart, type RunningFleet, startFleet, until } from "./fleet.ts";
import { jobEvents } from "./jobEvents.ts";

const GOOD = { name: "good.txt", body: Buffer.from("It is good.") };
const BAD = { name: "bad.pdf", body: Buffer.from("%PDF-1.7 and nothing more") };
const JSON_BODY = { "content-type": "application/json" };

describe("the description of the API and what a master really answers", () => {
  let fleet: RunningFleet;
  let master: DescribedMaster;
  beforeAll(async () => {
    fleet = await startFleet({ MAX_LOCAL_SLAVES: "1", MAX_FILE_BYTES: "1MB" });
    master = await DescribedMaster.at(fleet.master.url);
  });
  afterAll(async () => await fleet.stop());

  const assign = (files: (typeof GOOD)[], headers: Record<string, string> = {}, task = "document") =>
    master.ask("POST /assign_task", "/assign_task", {
      body: multipart(files, { task, field: "documents" }),
      headers,
    });
  const jobOf = async (answer: Response) => ((await answer.clone().json()) as AssignAnswer).job_id;
  const ended = (id: string) =>
    until("the job to end", async () => {
      const answer = await master.ask("GET /jobs/{id}", `/jobs/${id}?wait=30&from=0&limit=10`);
      return ((await answer.json()) as JobView).ended_at;
    });

  test("it is OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(master.document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  test("about the master, and slaves that come and go", async () => {
    await master.ask("GET /readyz", "/readyz");
    expect((await assign([GOOD])).status).toBe(503);
    await master.ask("POST /slaves", "/api/slaves", { body: '{"count": 2}', headers: JSON_BODY });
    await master.ask("POST /slaves", "/slaves", { body: '{"count": 0}', headers: JSON_BODY });
    await master.ask("POST /slaves", "/slaves", { body: "{", headers: JSON_BODY });
    await master.ask("POST /slaves", "/slaves", { body: '{"count": 1}', headers: JSON_BODY });
    const [slave] = await fleet.alive(1);
    await master.ask("GET /slaves/{id}", `/slaves/${slave?.id}`);
    await master.ask("GET /slaves/{id}", `/api/workers/${slave?.id}`);
    await master.ask("GET /slaves/{id}", "/slaves/none");
    for (const id of [slave?.id, "none"]) await master.ask("GET /slaves/{id}/speed", `/slaves/${id}/speed`);
    await master.ask("DELETE /slaves/{id}", `/slaves/${slave?.id}`);
    await master.ask("DELETE /slaves/{id}", "/slaves/none");
    await fleet.slave({ SLAVE_NAME: "own" });
    await fleet.alive(1);
    for (const path of [
      "/",
      "/healthz",
      "/livez",
      "/readyz",
      "/version",
      "/capacity",
      "/slaves",
      "/stats",
      "/timeline",
      "/timeline.csv",
    ])
      await master.ask(`GET ${path}`, path);
    for (const path of ["/tasks", "/metrics", "/session"]) await master.ask(`GET ${path}`, path);
    await master.ask("POST /session", "/session", { body: '{"token": "any"}', headers: JSON_BODY });
    await master.ask("POST /session", "/session", { body: "{}", headers: JSON_BODY });
    await master.ask("DELETE /session", "/session");
    await master.ask("GET /slaves", "/workers");
    for (const name of ["text", "mean-job"])
      await master.ask("GET /schemas/{name}.json", `/schemas/${name}.json`);
    expect((await master.ask("GET /schemas/{name}.json", "/schemas/image.json")).status).toBe(404);
    for (const path of ["/openapi.json", "/docs"]) await master.ask(`GET ${path}`, `/api${path}`);
    await master.ask("GET /", "/", { headers: {} });
    for (const body of ['{"slave_port": 9}', "{}"])
      await master.ask("POST /slaves/check", "/slaves/check", { body, headers: JSON_BODY });
    const register = (body: object) =>
      master.ask("POST /register", "/register", { body: JSON.stringify(body), headers: JSON_BODY });
    expect((await register({ slave_port: 9 })).status).toBe(200);
    expect((await register({})).status).toBe(400);
    const signOff = (body: object) =>
      master.ask("POST /sign_off", "/sign_off", { body: JSON.stringify(body), headers: JSON_BODY });
    expect((await signOff({ slave_port: 9, instance: "another", state: "gone" })).status).toBe(200);
    expect((await signOff({ slave_port: 9 })).status).toBe(400);
    expect((await register({ slave_ip: "169.254.169.254", slave_port: 9 })).status).toBe(400);
    expect((await register({ tunnel: "0".repeat(36), slave_port: 0 })).status).toBe(409);
    expect((await master.ask("GET /tunnel", "/tunnel")).status).toBe(426);
  });

  test("waiting uploads, as a whole and line by line", async () => {
    expect((await assign([GOOD, BAD], { prefer: "return=representation" })).status).toBe(200);
    expect((await assign([BAD])).status).toBe(422);
    expect((await assign([GOOD, BAD], { accept: "application/x-ndjson" })).status).toBe(200);
    for (let times = 0; times < 2; times += 1)
      expect((await assign([GOOD], { "idempotency-key": "one" })).status).toBe(200);
    expect((await assign([BAD], { "idempotency-key": "one" })).status).toBe(422);
  });

  test("requests that are refused", async () => {
    expect((await assign([])).status).toBe(400);
    expect((await assign([GOOD], {}, "video")).status).toBe(400);
    expect((await assign([GOOD], {}, "image")).status).toBe(400);
    expect((await assign([GOOD], { "idempotency-key": "k".repeat(256) })).status).toBe(400);
    expect((await assign([{ name: "large.txt", body: Buffer.alloc(2 ** 21) }])).status).toBe(413);
    await master.ask("GET /jobs", "/jobs?state=odd");
    await master.ask("GET /jobs", "/jobs?task=odd");
    for (const [route, path] of [
      ["GET /jobs", "/jobs?limit=501"],
      ["GET /jobs/{id}", "/jobs/none?wait=61"],
    ] as const)
      expect((await master.ask(route, path)).status).toBe(400);
    await master.ask("DELETE /jobs/{id}", "/jobs/none?purge=perhaps");
    expect((await master.ask("GET /jobs/{id}/files/{index}/input", "/jobs/none/files/0/input")).status).toBe(
      404,
    );
    for (const path of ["/jobs/{id}", "/jobs/{id}/events", "/jobs/{id}/results", "/jobs/{id}/results.zip"])
      expect((await master.ask(`GET ${path}`, path.replace("{id}", "none"))).status).toBe(404);
    await master.ask("GET /jobs/{id}/results/{name}", "/jobs/none/results/a");
    await master.ask("GET /results/{task}/{name}", "/results/document/none");
    const digest = createHash("sha256").update("none").digest("hex");
    await master.ask("GET /results/by-input/{sha256}", `/results/by-input/${digest}?task=text&limit=2`);
    await master.ask("GET /results/by-input/{sha256}", "/results/by-input/none");
    await master.ask("POST /jobs/{id}/retry", "/jobs/none/retry");
  });

  test("a job, its events, its results, its retry, its cancellation", async () => {
    const accepted = await assign([GOOD, BAD], { prefer: "respond-async, wait=0" });
    expect(accepted.status).toBe(202);
    const id = await jobOf(accepted);
    for await (const { event, data } of jobEvents(master.url, id))
      master.expectValid(event, `JobEventData/properties/${event}`, data);
    await ended(id);
    await master.ask("GET /jobs", "/jobs?state=partial&task=document&limit=1&cursor=~");
    const lists = await master.ask("GET /jobs/{id}/events", `/jobs/${id}/events?last_event_id=9`);
    expect(lists.status).toBe(204);
    const results = await master.ask("GET /jobs/{id}/results", `/jobs/${id}/results`);
    const { results: found } = (await results.json()) as { results: { name: string; url: string }[] };
    await master.ask("GET /jobs/{id}/results.zip", `/jobs/${id}/results.zip`);
    for (const name of ["results.csv", "failures.csv"] as const)
      await master.ask(`GET /jobs/{id}/${name}`, `/jobs/${id}/${name}`);
    const addresses = [
      ["GET /jobs/{id}/files/{index}/input", `/jobs/${id}/files/0/input`],
      ["GET /jobs/{id}/results/{name}", `/jobs/${id}/results/${found[0]?.name}`],
      ["GET /results/{task}/{name}", found[0]?.url ?? ""],
    ] as const;
    for (const [route, path] of addresses) {
      const whole = await master.ask(route, path);
      const etag = whole.headers.get("etag") ?? "";
      expect((await master.ask(route, path, { headers: { range: "bytes=1-5" } })).status).toBe(206);
      expect((await master.ask(route, path, { headers: { range: "bytes=99999-" } })).status).toBe(416);
      const asked = { headers: { "if-none-match": etag, "cache-control": "max-age=0" } };
      expect((await master.ask(route, path, asked)).status).toBe(304);
    }
    const retried = await master.ask("POST /jobs/{id}/retry", `/jobs/${id}/retry`);
    const waited = await master.ask("POST /jobs/{id}/retry", `/jobs/${id}/retry`, {
      headers: { prefer: "respond-async, wait=60" },
    });
    expect(waited.status).toBe(422);
    expect(waited.headers.get("preference-applied")).toBe("wait=60");
    const again = await jobOf(retried);
    await master.ask("DELETE /jobs/{id}", `/jobs/${again}`);
    const good = await jobOf(await assign([GOOD]));
    expect((await master.ask("POST /jobs/{id}/retry", `/jobs/${good}/retry`)).status).toBe(409);
    await master.ask("DELETE /jobs/{id}", `/jobs/${id}?purge=true`);
  });

  test("the events of the fleet", async () => {
    const client = new AbortController();
    const answer = await master.ask("GET /events", "/events", { signal: client.signal });
    expect(answer.status).toBe(200);
    client.abort();
    await master.ask("GET /events", "/events?q=state%3Abroken");
    await master.ask("GET /events", "/events?job=none");
  });

  test("searches, and changes of all jobs that one finds", async () => {
    const id = await jobOf(await assign([GOOD, BAD]));
    await master.ask("GET /jobs", "/jobs?q=good%20state%3Apartial");
    await master.ask("GET /jobs", "/jobs?q=state%3Abroken");
    await master.ask("GET /jobs/{id}", `/jobs/${id}?q=state%3Afailed`);
    for (const change of ["retry", "cancel", "delete"] as const) {
      const body = JSON.stringify({ q: id });
      const answer = await master.ask(`POST /jobs/${change}`, `/jobs/${change}`, {
        headers: JSON_BODY,
        body,
      });
      expect(((await answer.json()) as BulkAnswer).total).toBe(1);
      await master.ask(`POST /jobs/${change}`, `/jobs/${change}`, { headers: JSON_BODY, body: "{}" });
    }
  });

  test("an upload in several requests", async () => {
    const tus = { "tus-resumable": "1.0.0" };
    const bytes = { ...tus, "upload-offset": "0", "content-type": "application/offset+octet-stream" };
    await master.ask("OPTIONS /uploads", "/uploads");
    expect(
      (await master.ask("POST /uploads", "/uploads", { headers: { "upload-length": "3" } })).status,
    ).toBe(412);
    expect((await master.ask("POST /uploads", "/uploads", { headers: tus })).status).toBe(400);
    const asked = { ...tus, "upload-length": "3", "upload-metadata": "filename YS50eHQ=" };
    const path =
      (await master.ask("POST /uploads", "/uploads", { headers: asked })).headers.get("location") ?? "";
    const send = (headers: Record<string, string>) =>
      master.ask("PATCH /uploads/{id}", path, { headers, body: "abc" });
    expect((await send({ ...bytes, "upload-offset": "1" })).status).toBe(409);
    expect((await send({ ...bytes, "upload-checksum": "md5 AAAA" })).status).toBe(460);
    expect((await send({ ...bytes, "content-type": "text/plain" })).status).toBe(415);
    expect((await send(bytes)).status).toBe(204);
    expect((await master.ask("HEAD /uploads/{id}", path, { headers: tus })).status).toBe(200);
    const form = new FormData();
    form.append("task_type", "document");
    form.append("uploads", "none");
    expect((await master.ask("POST /assign_task", "/assign_task", { body: form })).status).toBe(400);
    form.set("uploads", path.replace("/uploads/", ""));
    expect((await master.ask("POST /assign_task", "/assign_task", { body: form })).status).toBe(200);
    expect((await master.ask("POST /assign_task", "/assign_task", { body: form })).status).toBe(409);
    expect((await master.ask("DELETE /uploads/{id}", path, { headers: tus })).status).toBe(410);
  });

  test("every described route was requested, and exists", () => {
    const routes = Object.entries(master.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...master.seen.keys()].sort()).toEqual(routes.sort());
  });

  test("docs/errors.md lists every described code with its status", () => {
    const known = codesOfPage();
    const responses = Object.values(master.document.paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => Object.entries(operation.responses)),
    );
    const described = responses.flatMap(([status, { description }]) => {
      const codes = (description.split("Errors: ")[1] ?? "").matchAll(/`(\w+)`/g);
      return [...codes].map(([, code]) => `${code} ${status}`);
    });
    expect(described.length).toBeGreaterThan(50);
    expect(described.filter((code) => !known.has(code))).toEqual([]);
  });
});

/** `no_such_job 404`; a code that stands for several statuses is right with each. */
function codesOfPage(): { has(code: string): boolean } {
  const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([\w, ]+?) *\|/gm)];
  const patterns = rows.flatMap(([, code, statuses = ""]) =>
    statuses.split(/[, ]+/).map((status) => new RegExp(`^${code} ${status.replaceAll("x", "\\d")}$`)),
  );
  return { has: (code) => patterns.some((pattern) => pattern.test(code)) };
}
