import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, expect, test, vi } from "vitest";
import { followJob } from "../../cli/commands/followJob.ts";
import { emptyOutcome } from "../../cli/commands/jobOutcome.ts";
import { Interrupted, UsageError } from "../../cli/exit.ts";
import { collect } from "../../cli/files/collect.ts";
import { unreadable } from "../../cli/files/look.ts";
import { save } from "../../cli/files/save.ts";
import { createProgress } from "../../cli/output/progress.ts";
import type { Terminal } from "../../cli/output/terminal.ts";
import { FleetClient } from "../../cli/sdk/index.ts";
import { createMaster } from "../../master/app.ts";
import { readMasterConfig } from "../../master/config.ts";
import { ActiveLease, type EndReason } from "../../master/dispatch/activeLease.ts";
import { newSlave, type Slave } from "../../master/fleet/slave.ts";
import { Tunnels } from "../../master/fleet/tunnels.ts";
import { runContext } from "../../master/jobs/runContext.ts";
import { createSlaveHttp, readLimited } from "../../master/lease/client.ts";
import { runFramesLease } from "../../master/lease/framesLease.ts";
import { KeptInputs } from "../../master/lease/keptInputs.ts";
import { StoreInputs } from "../../master/lease/storeInputs.ts";
import { PaceBook } from "../../master/map/pace.ts";
import { JobProgress } from "../../master/map/progress.ts";
import { MemoryQueue } from "../../master/queue/memory.ts";
import { openPostgresRecord } from "../../master/record/postgres/openPostgresRecord.ts";
import { openFolderStore } from "../../master/store/folder/folderStore.ts";
import { openMemoryStore } from "../../master/store/memory/memoryStore.ts";
import type { JobDetail } from "../../shared/contract/jobs.ts";
import { type AppError, CodedError, type Failure } from "../../shared/errors.ts";
import { createLogger } from "../../shared/logger.ts";
import { startMember } from "../../shared/process/member.ts";
import { executeHere } from "../../shared/tasks/inProcess.ts";
import { localFile } from "../../shared/tasks/local.ts";
import { taskNamed } from "../../shared/tasks/registry.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";
import { assign, fixture, job, until } from "../e2e/fleet.ts";
import { dispatcherUnderTest, openAnswer } from "../fixtures/dispatch/underTest.ts";
import { form, startTestSlave, stopTestSlaves } from "../fixtures/slave/start.ts";
import { startStandInMaster } from "../standin/master.ts";
import { documentedStatuses } from "./documented.ts";

/** Codes of no direct answer to a client: those of files, leases, starts, the command line and faults. */
const MADE: Readonly<Record<string, () => unknown>> = {
  corrupt_page: async () => {
    const pdf = await fixture("document/three-pages.pdf");
    await unit(taskNamed("document"), "picture", {
      args: { page: 99 },
      files: [localFile("a.pdf", pdf)],
    });
  },
  no_file: () => unit(taskNamed("text"), "analyse", { args: {}, files: [] }),
  map_name_taken: () => {
    const record = { id: "j", task: "text", priority: 1, seed: 1, createdAt: 1 };
    const progress = new JobProgress(() => undefined);
    const collector = { publish: unused, attach: unused, warn: unused };
    const job = { record, progress, collector, options: {}, inputs: [], signal: NEVER };
    const files = { put: unused, read: unused };
    const jobs = { apply: unused, parts: unused, watchParts: unused };
    const map = { jobs, queue: new MemoryQueue(), paces: new PaceBook(), slots: () => 1 };
    const context = runContext({ map, files, budgets: {} }, job);
    context.map("twice", "analyse", []);
    context.map("twice", "analyse", []);
  },
  slave_lost: () => endedLease("slave_lost"),
  overdue: () => endedLease("overdue"),
  superseded: () => endedLease("superseded"),
  recalled: () => endedLease("recalled"),
  bad_status: () =>
    asSlave(
      (_req, res) => void res.writeHead(500).end("{}"),
      (http, slave) => http.check(slave, NEVER),
    ),
  slave_refused: () => asSlave((_req, res) => void res.writeHead(400).end("{}"), lease),
  slave_silent: () => asSlave((req) => void req.resume(), lease),
  slave_lied: () => asSlave((_req, res) => void res.end('{"type":"end","units":0}\n'), lease),
  stream_broken: () => asSlave((_req, res) => void res.end(), lease),
  answer_too_large: () => readLimited(Readable.from([Buffer.alloc(11)]), 10),
  no_result: async () => {
    const { url } = await startTestSlave();
    const body = form(["task_type", "forgetful"], ["files", "x", "a"]);
    const answer = await fetch(`${url}/get_task`, { method: "POST", body });
    const { errors } = (await answer.json()) as { errors: Failure[] };
    throw asError(errors[0]);
  },
  sync_failed: async () => {
    const handle = await open("/dev/null");
    const broken = vi.spyOn(Object.getPrototypeOf(handle), "datasync").mockRejectedValue(new Error("EIO"));
    const store = await openFolderStore({
      folder: await mkdtemp(join(tmpdir(), "store-")),
      logger: createLogger("test", "silent"),
    });
    try {
      await store.put(Buffer.from("x"), { group: "g" });
      await store.flush();
    } finally {
      broken.mockRestore();
      await handle.close();
      await store.close().catch(() => undefined);
    }
  },
  not_processed: async () => {
    const forgetful = vi.spyOn(taskNamed("mean"), "run").mockResolvedValue();
    try {
      throw await ofOneFile("mean", "numbers");
    } finally {
      forgetful.mockRestore();
    }
  },
  database_unavailable: () => openPostgresRecord({ url: "postgres://manyhands@127.0.0.1:1/none" }),
  bad_configuration: () => readMasterConfig({ MASTER_PORT: "x" }),
  not_started: async () => {
    const built = join(import.meta.dirname, "../../dist");
    const member = startMember({
      role: "slave",
      env: { SLAVE_PORT: "x", PATH: built },
      onLog: () => undefined,
    });
    await member.ready;
  },
  usage: () => {
    throw new UsageError("What?");
  },
  interrupted: () => {
    throw new Interrupted("SIGINT");
  },
  bad_url: () => new FleetClient({ master: "ftp://example.org" }),
  no_match: () => collected(join(tmpdir(), "no-such-*.name")),
  not_a_file: () => collected("/dev/null"),
  not_readable: () => {
    throw asError(unreadable("a", Object.assign(new Error("no"), { code: "EACCES" })));
  },
  not_fetched: async () => {
    const master = await startStandInMaster();
    const client = new FleetClient({ master: master.url });
    vi.spyOn(client, "download").mockRejectedValue(new RangeError("an unexpected error"));
    const job = await client.submit("text", [{ name: "a", bytes: "a" }]);
    const outcome = emptyOutcome();
    const progress = createProgress("silent", {} as Terminal);
    await followJob({ client, job, signal: NEVER, sent: [], out: tmpdir(), progress }, outcome);
    await master.close();
    throw asError(outcome.files[0]?.saveFailure);
  },
  cannot_save: () =>
    save({ folder: "/dev/null/x", wireName: "a", content: Readable.from(["a"]), signal: NEVER } as Parameters<
      typeof save
    >[0]),
};

afterAll(stopTestSlaves);

test.each(Object.keys(MADE))("%s has its documented status", async (code) => {
  const error = await failureOf(MADE[code]);
  expect(error).toMatchObject({ code });
  const documented = documentedStatuses().get(code) ?? /none/;
  // The page gives no status for a code that ends no request.
  if (!documented.test("")) expect(String(error.status)).toMatch(documented);
});

const NEVER = new AbortController().signal;
/** Stands for a function that the code under test does not reach. */
const unused = () => {
  throw new Error("the test does not use this");
};

async function failureOf(make: (() => unknown) | undefined): Promise<AppError> {
  try {
    await make?.();
  } catch (error) {
    return error as AppError;
  }
  throw new Error("nothing was thrown");
}

/** The error of a recorded failure. */
function asError({ code, error }: Partial<Failure> = {}): CodedError {
  return new CodedError(code ?? "", error ?? "");
}

/** The failure of the only file of a job in a separate master without slaves. */
async function ofOneFile(task: string, field: string): Promise<CodedError> {
  const folder = await mkdtemp(join(tmpdir(), "master-"));
  const config = readMasterConfig({ DATA_DIR: join(folder, "data"), RESULTS_DIR: join(folder, "results") });
  const master = await createMaster(config, createLogger("test", "silent"), { version: "1" });
  try {
    await master.start();
    await once(master.server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(master.server.address() as AddressInfo).port}`;
    const headers = { prefer: "respond-async" };
    const { body } = await assign(url, [{ name: "a.csv", body: Buffer.from("1\n") }], {
      task,
      field,
      headers,
    });
    return asError(await until("the end of the file", async () => endOf(await job(url, body.job_id))));
  } finally {
    await master.stop(AbortSignal.abort());
    await rm(folder, { recursive: true, force: true });
  }
}

function endOf({ files: [file] }: JobDetail): Partial<Failure> | undefined {
  return file?.state === "failed" ? file : undefined;
}

async function unit(
  task: TaskDefinition,
  step: string,
  given: Pick<Parameters<typeof executeHere>[1], "args" | "files">,
) {
  await executeHere(task, { task: task.name, step, options: task.options.parse({}), ...given });
}

function endedLease(reason: EndReason): never {
  const deps = dispatcherUnderTest({ answer: async () => openAnswer() });
  const slave = newSlave("s", "127.0.0.1", { slave_ip: "127.0.0.1", slave_port: 1 });
  const active = new ActiveLease(deps, slave, { lease: { id: "l", token: 1, owner: "s", units: [] } });
  active.end(reason);
  throw active.signal.reason;
}

type Asking = (http: ReturnType<typeof createSlaveHttp>, slave: Slave) => Promise<unknown>;

/** Sends requests to a server that answers as a slave. */
async function asSlave(answer: RequestListener, ask: Asking): Promise<void> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const http = createSlaveHttp({
    tokenFor: () => undefined,
    ca: undefined,
    tunnels: new Tunnels(() => undefined),
  });
  const { port } = server.address() as AddressInfo;
  try {
    await ask(http, newSlave("s", "127.0.0.1", { slave_ip: "127.0.0.1", slave_port: port, version: "1" }));
  } finally {
    http.close();
    server.close().closeAllConnections();
  }
}

const lease: Asking = async (http, slave) => {
  const store = openMemoryStore();
  const file = { filename: "a", ...(await store.put(Buffer.from("x"), { group: "j" })) };
  const step = { task: "text", step: "analyse", stepVersion: 1, options: {}, args: {} };
  const units = [
    { id: "j/m/0", job: "j", ...step, files: [file], bytes: 1, crashes: 0, losses: 0, priority: 1 },
  ];
  const held = { id: "l", token: 1, owner: "s", units };
  const run = { slave, lease: held, signal: NEVER, handle: async () => undefined };
  const transport = {
    http,
    store,
    keptInputs: new KeptInputs(),
    storeInputs: new StoreInputs({ store, logger: createLogger("test", "silent") }),
    maxPartBytes: 9,
    silenceSeconds: 0.3,
  };
  await runFramesLease(transport, run);
};

async function collected(path: string): Promise<void> {
  const { problems } = await collect([path], { extensions: [], stdinName: "-" });
  throw Object.assign(new Error("a problem"), problems[0]);
}
