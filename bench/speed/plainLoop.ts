import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sent } from "./client.ts";
import { cpuSeconds } from "./meter.ts";

/** The same steps without a master and a slave: a loop that hands names of files to warm child processes. */
export interface PlainLoop {
  /** All files once; seconds by the clock and of CPU, this process and the children. */
  run(): Promise<{ readonly wall: number; readonly cpu: number }>;
  stop(): Promise<void>;
}

export async function startPlainLoop(
  task: string,
  files: readonly Sent[],
  count: number,
): Promise<PlainLoop> {
  const root = await mkdtemp(join(tmpdir(), "manyhands-plain-"));
  const [from, to] = [join(root, "in"), join(root, "out")];
  await Promise.all([mkdir(from), mkdir(to)]);
  for (const { name, body } of files) await writeFile(join(from, name), body);
  const settings = JSON.stringify({ task, from, to });
  const children = Array.from({ length: count }, () =>
    fork(join(import.meta.dirname, "plainChild.mjs"), [settings], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    }),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  return {
    run: () => runThrough(children, files),
    stop: async () => {
      for (const child of children) child.kill("SIGKILL");
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function runThrough(children: readonly ChildProcess[], files: readonly Sent[]) {
  const used = () => {
    const { user, system } = process.cpuUsage();
    return children.reduce((sum, { pid = 0 }) => sum + cpuSeconds(pid), (user + system) / 1e6);
  };
  const [before, began] = [used(), performance.now()];
  const next = files[Symbol.iterator]();
  const work = async (child: ChildProcess) => {
    for (let item = next.next(); item.done !== true; item = next.next()) {
      const done = once(child, "message");
      child.send(item.value.name);
      await done;
    }
  };
  await Promise.all(children.map(work));
  return { wall: (performance.now() - began) / 1000, cpu: used() - before };
}
