import type { Command } from "commander";
import type { RunCommand } from "../runCommand.ts";
import { addCancel, addDelete, addRetry } from "./change.ts";
import { addList, addShow, type ListFlags, listJobs, showJob, withListOptions } from "./list.ts";
import { addResults } from "./results.ts";
import { addWatch } from "./watch.ts";

/** `jobs`: without a word as `jobs list`, with an id as `jobs show` */
export function addJobs(program: Command, run: RunCommand): void {
  const command = program
    .command("jobs")
    .description("list jobs, newest first; with an id: one job with its files")
    .argument("[id]");
  withListOptions(command).action((id: string | undefined, flags: ListFlags) =>
    id === undefined ? listJobs(run, flags) : showJob(run, id, flags),
  );
  for (const add of [addList, addShow, addWatch, addCancel, addRetry, addResults, addDelete])
    add(command, run);
}
