import { Gauge, type Registry } from "prom-client";
import type { RecordedUploads } from "../record/uploads.ts";

/** Resumable uploads that wait for a job. */
export function uploadGauges(registers: Registry[], uploads: Pick<RecordedUploads, "open">): void {
  const bytes = new Gauge({
    name: "manyhands_uploads_bytes",
    help: "Bytes that are stored of resumable uploads that no job has.",
    registers,
  });
  new Gauge({
    name: "manyhands_uploads",
    help: "Resumable uploads that no job has, whole or not.",
    registers,
    async collect() {
      // Without a database that answers the other numbers matter most.
      const open = await uploads.open().catch(() => undefined);
      if (open === undefined) return;
      this.set(open.uploads);
      bytes.set(open.bytes);
    },
  });
}
