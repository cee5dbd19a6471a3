import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sent } from "./client.ts";
import { cpuSeconds } from "./meter.ts";

/** The same steps without master and slave: a loop that passes file names to warm child processes. */
export interface PlainLoop {
  /** Processes all files once. Resolves with seconds by the clock and of CPU, of this process and its children. */
  run(): Promise<{ readonly wall: number; readonly cpu: number }>;
  stop(): Promise<void>;
}

export async function startPlainLoop(
  task: string,
  files: readonly Sent[],
  { processes, options = {} }: { readonly processes: number; readonly options?: object },
): Promise<PlainLoop> {
  const root = await mkdtemp(join(tmpdir(), "manyhands-plain-"));
  const from = join(root, "in");
  await mkdir(from);
  for (const { name, body } of files) await writeFile(join(from, name), body);
  const children = Array.from({ length: processes }, (_, index) => {
    return startChild({ task, options, folder: join(root, `unit-${index}`) });
  });
  await Promise.all(children.map((child) => once(child, "message")));
  let runs = 0;
  return {
    run: async () => {
      runs += 1;
      // A new folder, as for the fleet: overwriting files is cheaper than creating them.
      const to = join(root, `out-${runs}`);
      await mkdir(to);
      const work = files.map(({ name }) => ({
        name,
        from: join(from, name),
        to: join(to, `${name}.result`),
      }));
      return await runThrough(children, work);
    },
    stop: async () => {
      for (const child of children) child.kill("SIGKILL");
      await rm(root, { recursive: true, force: true });
    },
  };
}

function startChild(given: {
  readonly task: string;
  readonly options: object;
  readonly folder: string;
}): ChildProcess {
  mkdirSync(given.folder);
  return fork(join(import.meta.dirname, "plainChild.mjs"), [JSON.stringify(given)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

const ends = new WeakMap<ChildProcess, AbortSignal>();

/** Aborted when the child ends: it would never answer. */
function endOf(child: ChildProcess): AbortSignal {
  const known = ends.get(child);
  if (known !== undefined) return known;
  const controller = new AbortController();
  child.once("exit", (code) => controller.abort(new Error(`a process of the plain loop ended with ${code}`)));
  ends.set(child, controller.signal);
  return controller.signal;
}

async function runThrough(children: readonly ChildProcess[], work: readonly object[]) {
  const used = () => {
    const { user, system } = process.cpuUsage();
    return children.reduce((sum, { pid = 0 }) => sum + cpuSeconds(pid), (user + system) / 1e6);
  };
  const [before, began] = [used(), performance.now()];
  const next = work[Symbol.iterator]();
  const drive = async (child: ChildProcess) => {
    for (let item = next.next(); item.done !== true; item = next.next()) {
      const done = once(child, "message", { signal: endOf(child) });
      child.send(item.value);
      await done;
    }
  };
  await Promise.all(children.map(drive));
  return { wall: (performance.now() - began) / 1000, cpu: used() - before };
}
