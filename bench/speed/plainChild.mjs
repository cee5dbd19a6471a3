import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { stepFile } from "../../dist/shared/tasks/stepFile.js";
import { taskNamed } from "./registry/registry.mjs";

// The simplest program: read a file, run the step, write the result.
const { task: name, options: given, folder } = JSON.parse(process.argv[2]);
const task = taskNamed(name);
const { steps, warmUp } = await task.load();
const options = task.options.parse(given);
process.chdir(folder);
await warmUp?.();

process.on("message", async ({ name: filename, from, to }) => {
  const body = await readFile(from);
  const sha256 = createHash("sha256").update(body).digest("hex");
  const input = { filename, bytes: body.length, sha256, body };
  const context = { folder, progress: () => undefined };
  const output = await steps[task.mainStep]({ task, files: [stepFile(input)], args: {}, options }, context);
  if (output.body instanceof Uint8Array) await writeFile(to, output.body);
  else await rename(resolve(folder, output.body.path), to);
  process.send("done");
});
process.send("ready");
