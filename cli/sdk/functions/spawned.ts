import { fromTypedText } from "../../../shared/values/typedJson.ts";
import type { CallOptions } from "../calls.ts";
import type { Job } from "../job.ts";
import { FunctionError, type RemoteFailure } from "./error.ts";

/** The end of the only call of a job. @throws FunctionError, or the reason of the signal */
export async function endOfCall(job: Job, { signal }: CallOptions): Promise<unknown> {
  for await (const file of job.results({ signal })) {
    const failed = { code: file.code ?? "cancelled", name: "Error", message: file.error ?? "", stack: "" };
    if (file.state !== "done") throw new FunctionError(0, failed);
    const { results } = fromTypedText(await file.text({ signal })) as {
      readonly results: readonly { readonly value?: unknown; readonly error?: RemoteFailure }[];
    };
    const [end] = results;
    if (end?.error !== undefined) throw new FunctionError(0, end.error);
    return end?.value;
  }
  return undefined;
}
