import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { z } from "zod";
import { AppError } from "../../shared/errors.ts";
import type { TaskDefinition } from "../../shared/tasks/task.ts";

/** The sample files that show a task. */
const manifestSchema = z.record(z.string(), z.array(z.string()).min(1));
/** Samples of a task that the manifest does not name. */
const MOST = 2;

/**
 * Paths of the sample files of a task: those that `demo.json` names, else the first ones with an extension of the
 * task.
 * @throws AppError `no_samples`
 */
export async function samplesOf({ name, extensions }: TaskDefinition): Promise<readonly string[]> {
  const folder = samplesFolder();
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, "demo.json"), "utf8")));
  const fitting = (await readdir(folder)).filter((file) => extensions.includes(extname(file))).sort();
  const samples = manifest[name] ?? fitting.slice(0, MOST);
  if (samples.length > 0) return samples.map((file) => join(folder, file));
  const wanted = extensions.join(", ");
  throw noSamples(`There is no sample file for the task ${name}: add one (${wanted}) to examples/files.`);
}

/** The samples lie in the package, above this file, whether it is built or not. */
function samplesFolder(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const samples = join(folder, "examples", "files");
    if (existsSync(join(samples, "demo.json"))) return samples;
  }
  throw noSamples("The sample file examples/files/demo.json is missing.");
}

export function noSamples(message: string): AppError {
  return new AppError("no_samples", message);
}
