/**
 * Reads scans with a running master (npm start) and prints the first words of each.
 *
 *   npm install --save-dev tsx && npx tsx upload.ts http://127.0.0.1:5000 scans/*.png
 */
import { fileFromPath, ManyhandsClient } from "manyhands/sdk";

const [url = "127.0.0.1:5000", ...paths] = process.argv.slice(2);
const client = new ManyhandsClient({ url });

for await (const line of client.uploadLines({
  task: "ocr",
  files: paths.map((path) => fileFromPath(path)),
})) {
  if (line.type === "file" && line.state === "done") console.log(`${line.filename}: ${line.summary}`);
  if (line.type === "file" && line.state === "failed")
    console.log(`${line.filename}: ${line.code} ${line.error}`);
  if (line.type === "end")
    console.log(`${line.total_files_processed} read; job ${line.job_id} ${line.state}`);
}
