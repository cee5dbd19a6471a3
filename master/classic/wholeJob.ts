import { z } from "zod";
import type { FileRef, RunContext } from "../../shared/tasks/task.ts";
import { WHOLE_JOB_STEP } from "./plainLease.ts";

const wholeAnswer = z.array(z.string().nullable());

/** A job with its bytes: a classic slave answers for all files in one document, which the master takes apart. */
export interface WholeJob extends RunContext {
  /** Stores a result. The same name must always get the same bytes. */
  put(name: string, body: Uint8Array): Promise<FileRef>;
  read(file: FileRef): Promise<Buffer>;
}

/** A job as one unit for a slave that knows no steps: all files in one request, one answer with all results. */
export async function runWholeJob(job: WholeJob): Promise<void> {
  for await (const part of job.map("whole", WHOLE_JOB_STEP, [{ files: job.inputs }])) {
    if (!part.ok) {
      for (const { index } of job.inputs) await job.publish(index, part);
      return;
    }
    const data = wholeAnswer.parse(JSON.parse((await job.read(part.file)).toString("utf8")));
    for (const { index, filename } of job.inputs) {
      const base64 = data[index];
      if (base64 === null || base64 === undefined) {
        const error = "The slave dropped this file without giving a reason; most likely it cannot read it.";
        await job.publish(index, { ok: false, code: "dropped_by_slave", error });
        continue;
      }
      await job.publish(index, { ok: true, file: await job.put(filename, Buffer.from(base64, "base64")) });
    }
  }
}
