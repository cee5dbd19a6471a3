import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const HOOK = join(ROOT, "bench/speed/registry/register.mjs");

test("the master's routes and descriptions can be made with the tasks of the benchmark", async () => {
  const made = `import { TASKS } from "${join(ROOT, "dist/shared/tasks/registry.js")}";
    await import("${join(ROOT, "dist/master/app.js")}");
    const ours = TASKS.filter(({ name }) => name !== "nothing" && name !== "wait");
    const always = Object.keys(ours[0]).filter((member) => ours.every((task) => member in task));
    const lacking = TASKS.filter((task) => always.some((member) => !(member in task)));
    console.log(TASKS.map(({ name }) => name).join(" "), lacking.map(({ name }) => name).join(" "));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    HOOK,
    "--input-type=module",
    "--eval",
    made,
  ]);
  expect(stdout.trim()).toMatch(/ nothing wait$/);
});
