import { FileError } from "../../errors.ts";
import { MODEL_TASK, type TrainedModel, trainedModel } from "../../ml/trained.ts";
import type { StepFile } from "../task.ts";

/** Whether a file is meant as a model: JSON, not a table. */
export async function isModel(file: StepFile): Promise<boolean> {
  const start = (await file.slice(0, Math.min(64, file.bytes))).toString("utf8");
  return start.trimStart().startsWith("{");
}

/** @throws FileError `bad_model` */
export async function readModel(file: StepFile): Promise<TrainedModel> {
  const { filename } = file;
  const made = "Use the result of a training, <name>_model.json.";
  let json: unknown;
  try {
    json = JSON.parse((await file.read()).toString("utf8"));
  } catch (cause) {
    throw new FileError("bad_model", `${filename} is no model: it is not JSON. ${made}`, { cause });
  }
  const parsed = trainedModel.safeParse(json);
  if (parsed.success) return parsed.data;
  const { schema_version: version } = json as { readonly schema_version?: unknown };
  const isOther = typeof version === "number" && version !== MODEL_TASK.version;
  const reason = isOther
    ? `it has version ${version}, and this is version ${MODEL_TASK.version}`
    : "fields are missing or wrong";
  throw new FileError("bad_model", `${filename} cannot be used as a model: ${reason}. ${made}`);
}
