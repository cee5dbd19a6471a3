import { join } from "node:path";
import type { Step } from "../task.ts";
import { type Frequencies, mergedFrequencies, writeFrequencies } from "./frequencies.ts";
import type { EmbeddingOptions } from "./options.ts";
import { selectTerms } from "./vocabulary.ts";

/** Files of frequencies -> one. @throws FileError `too_large`. */
export const fold: Step<EmbeddingOptions> = async ({ files }, context) => {
  const path = join(context.folder, "frequencies");
  await writeFrequencies(path, withProgress(await mergedFrequencies(files), context.progress));
  return { body: { path } };
};

/** Files of frequencies -> the vocabulary of the job. @throws FileError `no_terms`, `too_large`. */
export const vocabulary: Step<EmbeddingOptions> = async ({ task, files, options }, context) => {
  const merged = withProgress(await mergedFrequencies(files), context.progress);
  const head = { schema_version: task.schemaVersion, task: task.name };
  const content = { ...head, ...(await selectTerms(merged, options)) };
  return { body: Buffer.from(`${JSON.stringify(content)}\n`, "utf8") };
};

function withProgress({ documents, blocks }: Frequencies, progress: () => void): Frequencies {
  async function* reported() {
    for await (const block of blocks) {
      progress();
      yield block;
    }
  }
  return { documents, blocks: reported() };
}
