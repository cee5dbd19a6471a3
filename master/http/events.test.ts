import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { afterAll, expect, test } from "vitest";
import { ChangeHub } from "../hub.ts";
import { JobProgress } from "../map/progress.ts";
import { openSqliteRecord } from "../record/sqlite/sqliteRecord.ts";
import { ResultsFolder } from "../results/results.ts";
import { openFolderStore } from "../store/folder/folderStore.ts";
import { Clients } from "./clients.ts";
import { jobEvents } from "./events.ts";

const folder = mkdtempSync(join(tmpdir(), "manyhands-events-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a comment is sent while no event happens, so that proxies keep the stream open", async () => {
  const jobs = await openSqliteRecord({ file: join(folder, "jobs.sqlite") });
  const file = { index: 0, key: "k", filename: "a.txt", bytes: 1, sha256: "a", resultName: () => "a.json" };
  await jobs.create({
    ...{ id: "01A", task: "text", options: {}, priority: 1, seed: 1, createdAt: 1 },
    files: [file],
  });
  const waiting = {
    ...{ id: "01A", progress: new JobProgress(() => undefined), endedFiles: 0, cancelling: false },
    ended: new Promise<never>(() => undefined),
    onFileEnded: () => () => undefined,
  };
  const store = await openFolderStore({ folder: join(folder, "spool") });
  const parts = {
    ...{
      jobs,
      clients: new Clients("all"),
      results: new ResultsFolder({ folder, store }),
      hub: new ChangeHub(),
    },
    runner: { follow: async () => waiting, get: () => waiting },
  };
  const server = express().get("/jobs/:id/events", jobEvents(parts, 1)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const client = new AbortController();
  const answer = await fetch(`http://127.0.0.1:${port}/jobs/01A/events`, { signal: client.signal });
  let text = "";
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString("utf8");
    if (text.split(": beat\n\n").length > 2) break;
  }
  client.abort();
  server.closeAllConnections();
  server.close();
  await Promise.all([jobs.close(), store.close()]);
  const [told, ...beats] = text.split(": beat\n\n");
  expect(told).toMatch(/^id: 1\nevent: state\n.*\n\nevent: progress\n.*\n\n$/);
  expect(beats).toEqual(["", ""]);
});
