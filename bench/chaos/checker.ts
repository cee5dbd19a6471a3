import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FileView, isFinal, type JobDetail } from "../../shared/contract/jobs.ts";
import { job as fetchJob } from "../../tests/e2e/fleet.ts";
import { allJobs } from "./clients.ts";
import type { Entry, History } from "./history.ts";
import type { Recipe } from "./recipes.ts";

/** Outcome of each file of a recipe in a run without faults: the SHA-256 of the result, or `error:<code>`. */
export type Expected = ReadonlyMap<number, readonly string[]>;

export interface Violations {
  readonly lost: string[];
  readonly unaccounted: string[];
  readonly differing: string[];
  readonly duplicates: string[];
  readonly twoEnds: string[];
}

export interface RunCheck {
  readonly url: string;
  /** `processed_results/` of the run, where one folder has all results. */
  readonly results?: string;
  readonly history: History;
  readonly recipes: readonly Recipe[];
  readonly expected: Expected;
}

export interface Checked {
  readonly violations: Violations;
  readonly jobs: number;
  readonly files: number;
}

/** Compares every job on record, and every result in the folder, with the history and the run without faults. */
export async function check(run: RunCheck): Promise<Checked> {
  const found: Violations = { lost: [], unaccounted: [], differing: [], duplicates: [], twoEnds: [] };
  const details = new Map<string, JobDetail>();
  for (const { id } of await allJobs(run.url)) details.set(id, await fetchJob(run.url, id));
  for (const entry of run.history.entries) checkPromise(entry, details, found);
  const byJob = new Map(run.history.entries.map((entry) => [jobOf(entry), entry]));
  for (const detail of details.values()) checkJob(run, { detail, entry: byJob.get(detail.id) }, found);
  if (run.results !== undefined) await checkFolder(run.results, [...details.values()], found);
  found.twoEnds.push(...run.history.twoEnds);
  const files = [...details.values()].reduce((sum, { files: own }) => sum + own.length, 0);
  return { violations: found, jobs: details.size, files };
}

export function outcomeOf({ state, result_sha256, code }: FileView): string {
  return state === "done" ? (result_sha256 ?? "no digest") : `error:${code ?? state}`;
}

function jobOf({ seen }: Entry): string | undefined {
  return "job" in seen ? seen.job : undefined;
}

function checkPromise({ seen }: Entry, details: ReadonlyMap<string, JobDetail>, found: Violations): void {
  if (seen.type !== "accepted" && seen.type !== "answered") return;
  const detail = details.get(seen.job);
  if (detail === undefined) {
    // A waiting job was never promised to survive a power loss.
    if (seen.type === "accepted") found.lost.push(seen.job);
    return;
  }
  if (seen.type === "answered" && detail.state !== seen.state)
    found.twoEnds.push(`${seen.job}: answered ${seen.state}, recorded ${detail.state}`);
}

function checkJob(
  { recipes, expected }: RunCheck,
  { detail, entry }: { readonly detail: JobDetail; readonly entry: Entry | undefined },
  found: Violations,
): void {
  const { id, state, files, counts } = detail;
  const open = files.filter((file) => file.state === "queued" || file.state === "running");
  if (!isFinal(state) || open.length > 0 || files.length !== counts.total)
    found.unaccounted.push(`${id} (${state}): ${open.length} of ${counts.total} files without an end`);
  const recipe = entry?.recipe ?? recipes.find((one) => isMadeFrom(detail, one));
  if (recipe === undefined) return void found.unaccounted.push(`${id}: no client sent it`);
  const wanted = expected.get(recipe.id) ?? [];
  for (const file of files) {
    const outcome = outcomeOf(file);
    if (outcome === wanted[file.index] || isExcused(file, entry)) continue;
    const what = file.error === undefined ? outcome : `${outcome} ${file.error}`;
    found.differing.push(`${id} ${recipe.task} ${file.filename}: ${what}`);
  }
}

/** Whether the master promised nothing for a job: its client cancelled it, or it was never acknowledged. */
function isExcused(file: FileView, entry: Entry | undefined): boolean {
  if (file.state === "done") return false;
  return entry === undefined || entry.cancelled;
}

function isMadeFrom({ task_type, files }: JobDetail, recipe: Recipe): boolean {
  if (recipe.task !== task_type || recipe.files.length !== files.length) return false;
  return files.every((file) => recipe.files[file.index]?.name === file.filename);
}

/** Each done file exists once in the folder, with the bytes of the record, and the folder has no other files. */
async function checkFolder(root: string, details: readonly JobDetail[], found: Violations): Promise<void> {
  const owners = ownersOf(details, found);
  for (const place of await filesBelow(root)) {
    if (!owners.has(place)) found.duplicates.push(`${place} belongs to no file`);
    const wanted = owners.get(place);
    owners.delete(place);
    if (wanted !== undefined && wanted !== (await digest(join(root, place))))
      found.differing.push(`${place}: not the bytes of the record`);
  }
  for (const place of owners.keys()) found.unaccounted.push(`${place} is on record but not in the folder`);
}

/** SHA-256 by path in the results folder; undefined for attachments, whose digest the API does not show. */
function ownersOf(details: readonly JobDetail[], found: Violations): Map<string, string | undefined> {
  const owners = new Map<string, string | undefined>();
  for (const { task_type, files, attachments, id } of details) {
    for (const { name } of attachments) owners.set(join(task_type, name), undefined);
    for (const { state, saved_as, result_sha256, index } of files) {
      if (state !== "done" || saved_as === undefined) continue;
      const place = join(task_type, basename(saved_as));
      if (owners.has(place)) found.duplicates.push(`${id}/${index}: ${place} has two owners`);
      owners.set(place, result_sha256);
    }
  }
  return owners;
}

async function filesBelow(root: string): Promise<string[]> {
  const places: string[] = [];
  for (const task of await readdir(root).catch(() => [])) {
    // `leftovers.ts` looks for unfinished files.
    if (task.startsWith(".")) continue;
    for (const name of await readdir(join(root, task))) places.push(join(task, name));
  }
  return places;
}

async function digest(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}
