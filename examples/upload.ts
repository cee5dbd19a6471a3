/**
 * Sends the sample scans to a running master (npm start) and prints what was read.
 *
 *   npx tsx examples/upload.ts [master]
 */
import { join } from "node:path";
import { fileFromPath, ManyhandsClient } from "../cli/sdk/index.ts";

const samples = join(import.meta.dirname, "files");
const client = new ManyhandsClient({ url: process.argv[2] ?? "http://127.0.0.1:5000" });

const lines = client.uploadLines({
  task: "ocr",
  files: ["minutes.png", "receipt.jpg"].map((name) => fileFromPath(join(samples, name))),
});

for await (const line of lines) {
  if (line.type === "file" && line.state === "done") console.log(`${line.filename}: ${line.summary}`);
  if (line.type === "file" && line.state === "failed")
    console.log(`${line.filename}: ${line.code} ${line.error}`);
  if (line.type === "end")
    console.log(`${line.total_files_processed} read; job ${line.job_id} ${line.state}`);
}
