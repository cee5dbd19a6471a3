import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { defineTask } from "../../../dist/shared/tasks/define.js";
import * as real from "../../../dist/shared/tasks/registry.js";

/** The registry with two more tasks, for measurements only: `nothing` returns a file, `wait` sleeps. */

const common = {
  field: "files",
  extensions: [],
  resultName: (stem) => `${stem}.bin`,
  resultType: () => "application/octet-stream",
  steps: { main: { version: 1 } },
};

const nothing = defineTask({
  ...common,
  name: "nothing",
  title: "Nothing",
  summary: "Gives each file back as it came.",
  options: z.strictObject({}),
  load: async () => ({ steps: { main: async ({ files }) => ({ body: await files[0].read() }) } }),
});

const wait = defineTask({
  ...common,
  name: "wait",
  title: "Wait",
  summary: "Gives each file back after a while.",
  // The times of files lie up to this share beside `ms`, below and above.
  options: z.strictObject({
    ms: z.number().min(0).default(1000),
    spread: z.number().min(0).max(1).default(0),
  }),
  load: async () => ({
    steps: {
      main: async ({ files, options }) => {
        await sleep(options.ms * (1 + options.spread * (2 * Math.random() - 1)));
        return { body: await files[0].read() };
      },
    },
  }),
});

export const TASKS = [...real.TASKS, nothing, wait];
export const DEFAULT_TASK = real.DEFAULT_TASK;

export function taskNamed(name) {
  return [nothing, wait].find((task) => task.name === name) ?? real.taskNamed(name);
}
