import { statfs } from "node:fs/promises";
import { Gauge, type Registry } from "prom-client";

/** Folders of the master, by the names that the metric has for them. */
export interface MeasuredFolders {
  readonly data: string;
  readonly results: string;
}

export function diskGauge(registers: Registry[], folders: MeasuredFolders): void {
  new Gauge({
    name: "manyhands_disk_free_bytes",
    help: "Bytes that the master may still write, by folder: data (DATA_DIR), results (RESULTS_DIR).",
    labelNames: ["dir"],
    registers,
    async collect() {
      for (const [dir, folder] of Object.entries(folders)) {
        const disk = await statfs(folder).catch(() => undefined);
        // A folder that is gone has no value, which an alert can see.
        if (disk === undefined) this.remove({ dir });
        else this.set({ dir }, disk.bavail * disk.bsize);
      }
    },
  });
}
