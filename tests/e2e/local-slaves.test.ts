import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import type { SlaveView } from "../../shared/contract/about.ts";
import { assign, assignLines, type RunningFleet, startFleet, until } from "./fleet.ts";

const run = promisify(execFile);

describe("slaves that come and go by request", () => {
  let fleet: RunningFleet;
  afterEach(async () => await fleet.stop());

  test("POST /slaves starts slaves that work; DELETE lets one finish and ends it, without a trace", async () => {
    fleet = await startFleet({ MANYHANDS_TOKEN: "", MAX_LOCAL_SLAVES: "2" });
    const added = await add({ count: 2 });
    expect(added.status).toBe(201);
    const { slaves } = (await added.json()) as { slaves: SlaveView[] };
    expect(slaves.map(({ name, slots }) => [name, slots])).toEqual([
      ["local-1", 1],
      ["local-2", 1],
    ]);
    await fleet.alive(2);
    const [removed, names] = await removedInTheMiddle(slaves[0]?.id ?? "");
    expect(removed).toMatchObject({ name: "local-1", state: "draining" });
    expect(names).toContain("local-2");
    await until("the removed slave to be gone", async () => {
      const left = await listed();
      return left.length === 1 ? left : undefined;
    });
    expect((await listed())[0]?.name).toBe("local-2");
    expect((await remove(slaves[0]?.id ?? "")).status).toBe(404);
  });

  test("a local slave that is killed is started again; all end with their master", async () => {
    fleet = await startFleet();
    await add({});
    const [first] = await fleet.alive(1);
    const pid = await pidOf(first?.address ?? "");
    process.kill(pid, "SIGKILL");
    const second = await until("another slave", async () => {
      const alive = (await listed()).filter(({ state, id }) => state === "alive" && id !== first?.id);
      return alive[0];
    });
    const { body } = await assign(fleet.master.url, texts(3), { task: "text" });
    expect(body.state).toBe("succeeded");
    const again = await pidOf(second.address);
    await fleet.master.kill("SIGKILL");
    await until("the slave to end", async () => (isRunning(again) ? undefined : true));
  });

  test("a master that starts again has its local slaves again, but for those that were removed", async () => {
    fleet = await startFleet();
    await add({ slots: 2 });
    const added = (await (await add({ slots: 3 })).json()) as { slaves: SlaveView[] };
    await add({});
    await fleet.alive(3);
    await remove(added.slaves[0]?.id ?? "");
    await until("it to be gone", async () => ((await listed()).length === 2 ? true : undefined));
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await fleet.master.kill(signal);
      await fleet.restartMaster();
      const slots = (await fleet.alive(2)).map((slave) => slave.slots);
      expect(slots.toSorted()).toEqual([1, 2]);
    }
  });

  test("a master that is told to stop ends its local slaves, and exits with 0", async () => {
    fleet = await startFleet();
    await add({});
    const [slave] = await fleet.alive(1);
    const pid = await pidOf(slave?.address ?? "");
    await fleet.master.kill("SIGTERM");
    expect(fleet.master.process.exitCode).toBe(0);
    expect(isRunning(pid)).toBe(false);
  });

  test("node cli slaves --add and --remove do the same", async () => {
    fleet = await startFleet();
    const cli = async (...args: string[]) => {
      const command = [join(import.meta.dirname, "../../dist/cli/main.js"), "slaves", ...args];
      const { stdout } = await run(process.execPath, [...command, "--master", fleet.master.url]);
      return stdout;
    };
    expect(await cli("--add", "1")).toContain("local-1");
    await fleet.alive(1);
    await cli("--remove", "local-1");
    await until("it to be gone", async () => ((await listed()).length === 0 ? true : undefined));
  });

  test("more than MAX_LOCAL_SLAVES are refused, and so is what is no number", async () => {
    fleet = await startFleet({ MAX_LOCAL_SLAVES: "1" });
    const many = await add({ count: 2 });
    expect([many.status, ((await many.json()) as { code: string }).code]).toEqual([
      409,
      "too_many_local_slaves",
    ]);
    for (const body of [{ count: "two" }, { count: 0 }, { slots: 0.5 }, { cuont: 1 }]) {
      const bad = await add(body);
      expect([bad.status, ((await bad.json()) as { code: string }).code]).toEqual([400, "bad_slaves"]);
    }
    expect(await listed()).toEqual([]);
  });

  test("a slave elsewhere that is removed gets nothing more and ends with 0; a new one there works", async () => {
    fleet = await startFleet();
    const slave = await fleet.slave({ SLAVE_NAME: "far" });
    const [view] = await fleet.alive(1);
    const ended = new Promise((resolve) => slave.process.once("exit", resolve));
    expect((await remove(view?.id ?? "")).status).toBe(202);
    expect(await ended).toBe(0);
    await fleet.slave({ SLAVE_PORT: String(slave.port) });
    await fleet.alive(1);
  });

  /** Removes a slave after the first file of a job, and waits for the end of the job. */
  async function removedInTheMiddle(id: string) {
    const names = new Set<string | undefined>();
    let removed: SlaveView | undefined;
    for await (const line of assignLines(fleet.master.url, texts(400), { task: "text" })) {
      if (line.type === "end") expect(line).toMatchObject({ state: "succeeded", total_files_processed: 400 });
      if (line.type !== "file") continue;
      names.add(line.slave);
      removed ??= (await (await remove(id)).json()) as SlaveView;
    }
    return [removed, names] as const;
  }

  const add = (body: object) =>
    fetch(`${fleet.master.url}/slaves`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const remove = (id: string) => fetch(`${fleet.master.url}/slaves/${id}`, { method: "DELETE" });
  const listed = async () =>
    ((await (await fetch(`${fleet.master.url}/slaves`)).json()) as { slaves: SlaveView[] }).slaves;

  /** A slave process of this master names a folder below the master's data folder in its command line. */
  async function pidOf(address: string): Promise<number> {
    const port = new URL(address.startsWith("http") ? address : `http://${address}`).port;
    const owner = await readFile(`${fleet.folder}/data/slave-127.0.0.1-${port}/owner`, "utf8");
    return Number(owner.split(" ")[1]);
  }
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function texts(count: number) {
  return Array.from({ length: count }, (_, n) => ({
    name: `note-${n}.txt`,
    body: Buffer.from(`Note ${n}. It is fine.`),
  }));
}
