import type { Command } from "commander";
import { UsageError } from "../../exit.ts";
import { withOutput } from "../connection.ts";
import { withTaskOptions } from "../optionFlags.ts";
import type { RunCommand } from "../runCommand.ts";
import { show } from "../show.ts";
import { changeAll } from "./bulk.ts";
import { changeEach } from "./each.ts";
import { searchOf, withSelection } from "./selection.ts";
import type { ChangeFlags, WantedChange } from "./wantedChange.ts";

/** `cancel [ids…]`, also below `jobs` */
export function addCancel(parent: Command, run: RunCommand): void {
  const command = parent
    .command("cancel")
    .description("cancel jobs; the results that they have already are kept");
  withChange(command).action((ids: string[], flags: ChangeFlags) =>
    change(run, { action: "cancel", ids, flags }),
  );
}

/** `retry [ids…]`, also below `jobs` */
export function addRetry(parent: Command, run: RunCommand): void {
  const command = parent
    .command("retry")
    .description(
      "send the files of jobs that failed or were cancelled again, as new jobs; do not wait for them",
    );
  withChange(withTaskOptions(command)).action((ids: string[], flags: ChangeFlags) =>
    change(run, { action: "retry", ids, flags }),
  );
}

/** `jobs delete [ids…]` */
export function addDelete(parent: Command, run: RunCommand): void {
  const command = parent
    .command("delete")
    .description("cancel jobs that run, and remove jobs with their files and results");
  withChange(command).action((ids: string[], flags: ChangeFlags) =>
    change(run, { action: "delete", ids, flags }),
  );
}

function withChange(command: Command): Command {
  return withOutput(
    withSelection(command.argument("[ids...]", "jobs; without ids: those that are searched")),
  ).option("-y, --yes", "do not ask before all jobs that match a search are changed");
}

function change(run: RunCommand, wanted: WantedChange): Promise<void> {
  const search = searchOf(wanted.flags);
  return show(run, wanted.flags, async (connection, terminal) => {
    if ((wanted.ids.length === 0) === (search === undefined))
      throw new UsageError(
        "Either ids of jobs are needed, or a search: --query, --state, --task or --since.",
      );
    return search === undefined
      ? await changeEach(wanted, connection)
      : await changeAll({ ...wanted, search }, connection, terminal);
  });
}
