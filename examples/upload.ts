/**
 * Reads scans with a running master (npm start) and prints the first words of each.
 *
 *   npm install --save-dev tsx && npx tsx upload.ts http://127.0.0.1:5000 scans/*.png
 */
import { connect } from "manyhands/sdk";

const [master = "127.0.0.1:5000", ...paths] = process.argv.slice(2);
const fleet = await connect({ master, token: process.env.CLIENT_TOKEN });

const files = paths.map((path) => ({ path }));
const job = await fleet.submit("ocr", files);

for await (const file of job.results()) {
  if (file.state === "done") console.log(`${file.filename}: ${file.summary}`);
  else console.log(`${file.filename}: ${file.code} ${file.error}`);
}

const { id, state, counts } = await job.done();
console.log(`${counts.done} read; job ${id} ${state}`);
