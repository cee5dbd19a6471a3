import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobView } from "../../shared/contract/jobs.ts";
import { type StandInMaster, type StandInOptions, startStandInMaster } from "./master.ts";
import { type CliOptions, type CliRun, runCli } from "./runCli.ts";

/** A temporary folder in which the CLI runs, and the stand-in master that it calls. */
export class CliFolder {
  readonly path: string;
  #master: StandInMaster | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<CliFolder> {
    return new CliFolder(await mkdtemp(join(tmpdir(), "manyhands-cli-")));
  }

  async files(named: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(named)) {
      await mkdir(join(this.path, name, ".."), { recursive: true });
      await writeFile(join(this.path, name), text);
    }
  }

  async standIn(options?: StandInOptions): Promise<StandInMaster> {
    this.#master = await startStandInMaster(options);
    return this.#master;
  }

  /** Runs a command against the stand-in master; without one nothing listens at its address. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
    const url = this.#master?.url ?? "http://127.0.0.1:1";
    return runCli(args, { cwd: this.path, ...options, env: { MASTER_URL: url, ...options.env } });
  }

  async close(): Promise<void> {
    await this.#master?.close();
    await rm(this.path, { recursive: true, force: true });
  }
}

/** A job as the master shows it. */
export function jobView(own: Partial<JobView> = {}): JobView {
  return {
    kind: "job",
    id: "JOB1",
    job_id: "JOB1",
    name: "a.txt and 2 more",
    task_type: "text",
    state: "partial",
    options: {},
    priority: 1,
    counts: { total: 3, queued: 0, running: 0, done: 2, failed: 1, cancelled: 0 },
    bytes: 10,
    created_at: "2026-01-02T03:04:05.000Z",
    attachments: [],
    warnings: [],
    url: "/jobs/JOB1",
    ...own,
  };
}
