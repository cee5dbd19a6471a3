import { type Command, InvalidArgumentError, Option } from "commander";
import { JOB_STATES, type JobState } from "../../../shared/contract/jobs.ts";

/** Flags that choose jobs. */
export interface SelectionFlags {
  readonly query?: string;
  readonly state?: JobState;
  readonly task?: string;
  readonly since?: string;
}

export function withSelection(command: Command): Command {
  return command
    .option(
      "--query <search>",
      "only jobs that match: words of names, file: state: task: slave: code: client: since:, - excludes",
    )
    .addOption(new Option("--state <state>", "only jobs in this state").choices(JOB_STATES))
    .option("--task <task>", "only jobs of this task")
    .addOption(
      new Option("--since <time>", "only jobs of this age or younger: 30m, 2h, 7d, 2026-11-01").argParser(
        timeOf,
      ),
    );
}

/** The flags as one search; undefined when they choose nothing. */
export function searchOf({ query, state, task, since }: SelectionFlags): string | undefined {
  const terms = [query?.trim(), termOf("state", state), termOf("task", task), termOf("since", since)];
  return terms.filter(Boolean).join(" ") || undefined;
}

function termOf(key: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  return /[\s"]/.test(value) ? `${key}:"${value.replaceAll('"', "")}"` : `${key}:${value}`;
}

function timeOf(text: string): string {
  if (/^\d+(?:\.\d+)?[smhdw]$/.test(text) || !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError("An age such as 30m, 2h or 7d, or a date such as 2026-11-01, is needed.");
}
