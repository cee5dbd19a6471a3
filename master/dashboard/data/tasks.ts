import type { TaskList } from "../../../shared/contract/about.ts";
import { getJson } from "./api.ts";
import { limits, tasks } from "./store.ts";

/** Asks for the tasks, with what live slaves can do, and for the limits of uploads. @throws ApiProblem */
export async function loadTasks(): Promise<void> {
  const list = await getJson<TaskList>("/tasks");
  tasks.value = list.tasks;
  limits.value = list.limits;
}
