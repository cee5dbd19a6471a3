import { TASKS } from "../../shared/tasks/registry.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import { fleetSummary } from "../fleet/summary.ts";
import type { JobRunner } from "../jobs/runner.ts";
import { escaped, htmlPage } from "./html.ts";

/** This process of the master. */
export interface MasterAbout {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface PageDeps {
  readonly about: Pick<MasterAbout, "version">;
  readonly registry: Pick<SlaveRegistry, "all">;
  readonly runner: Pick<JobRunner, "load">;
  /** Whether clients must show a token. */
  readonly hasToken: boolean;
}

/**
 * The page that a browser gets at `/`: the state of the fleet, and how to send files. Without scripts.
 * @param address of the master as the browser knows it, such as `http://127.0.0.1:5000`
 */
export function landingPage({ about, registry, runner, hasToken }: PageDeps, address: string): string {
  const slaves = registry.all();
  const { alive, slots } = fleetSummary(slaves);
  const { jobs, files } = runner.load();
  const curl = hasToken ? "curl -H 'Authorization: Bearer TOKEN'" : "curl";
  const rows = TASKS.map(
    (task) =>
      `<tr><td><code>${escaped(task.name)}</code></td><td>${escaped(task.summary)}<br><code>${curl} -F task_type=` +
      `${escaped(task.name)} -F ${escaped(task.field)}=@FILE ${escaped(address)}/assign_task</code></td></tr>`,
  );
  const fleet = slaves.map(
    (slave) =>
      `<tr><td>${escaped(slave.name)}</td><td>${escaped(slave.address)}</td><td>${slave.state}</td>` +
      `<td>${slave.work.busyOf(slave.slots)} of ${slave.slots}</td><td>${slave.work.done}</td><td>${slave.work.failed}</td></tr>`,
  );
  const none = '<tr><td colspan="6">None has registered. Start one: <code>npm run slave</code></td></tr>';
  const body = `<h1>manyhands</h1>
<p>Master is working. Version ${escaped(about.version)}. <b>${counted(alive, "slave")}</b> alive with <b>${counted(slots, "slot")}</b>,
<b>${counted(jobs, "job")}</b> running, <b>${counted(files, "file")}</b> waiting or running.</p>
<h2>Slaves</h2>
<table><tr><th>name</th><th>address</th><th>state</th><th>busy</th><th>done</th><th>failed</th></tr>
${fleet.join("\n") || none}</table>
<h2>Tasks</h2>
<table><tr><th>task</th><th>what it does, and how to send files</th></tr>
${rows.join("\n")}</table>
<p>More: <a href="/jobs">jobs</a>, <a href="/slaves">slaves</a>, <a href="/stats">stats</a>,
<a href="/tasks">tasks with their options</a> (JSON);
<a href="/docs">the HTTP API</a>; <a href="/metrics">metrics</a>.</p>
`;
  return htmlPage({ title: "manyhands", body, refresh: 5 });
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
