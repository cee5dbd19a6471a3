import type { RequestHandler } from "express";
import type { TaskList } from "../../shared/contract/about.ts";
import { answerJson } from "../../shared/http/json.ts";
import type { MultipartLimits } from "../../shared/http/multipart.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { choicesOf } from "../fleet/choices.ts";
import type { SlaveRegistry } from "../fleet/registry.ts";
import type { DiskSpace } from "../upkeep/diskSpace.ts";
import { taskView } from "./views.ts";

export interface ListTasksDeps {
  readonly limits: Pick<MultipartLimits, "fileBytes" | "files">;
  readonly disk: Pick<DiskSpace, "room">;
  readonly registry: Pick<SlaveRegistry, "alive">;
}

/** `GET /tasks`: what a client must know before an upload, in one answer: formats, options and limits. */
export function listTasks({ limits, disk, registry }: ListTasksDeps): RequestHandler {
  return async (_req, res) => {
    const slaves = registry.alive();
    const list: TaskList = {
      tasks: TASKS.map((task) => taskView(task, choicesOf(task.name, slaves))),
      limits: {
        max_file_bytes: limits.fileBytes,
        max_files: limits.files,
        max_upload_bytes: await disk.room(),
      },
    };
    answerJson(res, list);
  };
}
