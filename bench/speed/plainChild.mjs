import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stepFile } from "../../dist/shared/tasks/stepFile.js";
import { taskNamed } from "./registry/registry.mjs";

// What a person without a fleet would write: read a file, do the step, write the result.
const { task: name, from, to } = JSON.parse(process.argv[2]);
const task = taskNamed(name);
const { steps, warmUp } = await task.load();
const options = task.options.parse({});
const folder = join(to, `.unit-${process.pid}`);
await mkdir(folder, { recursive: true });
process.chdir(folder);
await warmUp?.();

process.on("message", async (file) => {
  const body = await readFile(join(from, file));
  const sha256 = createHash("sha256").update(body).digest("hex");
  const input = { filename: file, bytes: body.length, sha256, body };
  const context = { folder, progress: () => undefined };
  const output = await steps[task.mainStep]({ files: [stepFile(input)], args: {}, options }, context);
  const result = output.body instanceof Uint8Array ? output.body : await readFile(output.body.path);
  await writeFile(join(to, `${file}.result`), result);
  process.send("done");
});
process.send("ready");
