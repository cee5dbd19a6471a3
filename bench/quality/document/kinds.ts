import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../../shared/tasks/task.ts";
import type { Check, CorpusFile, Outcome, QualityJob } from "../check.ts";
import { matched, wordsOf } from "./words.ts";

/** Files of each kind with the words that another program found in them; README.md there tells who made what. */
const FILES = join(import.meta.dirname, "files");
const KINDS = ["xlsx", "pptx", "odt", "ods", "odp", "rtf", "html", "epub", "eml", "msg", "doc"];
const RECALL = 0.98;
const REFERENCE = ".words.txt";

/** One job of all files that have a reference beside them, in the folder of their kind. */
export function kindsJob(): QualityJob {
  const files = KINDS.flatMap((kind): CorpusFile[] => {
    const folder = join(FILES, kind);
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => !name.endsWith(REFERENCE))
      .toSorted()
      .map((name) => ({ file: name, path: join(folder, name), expect: "ok", entry: { kind } }));
  });
  return { options: { attachments: "read" }, files };
}

/** A row for each kind; a kind without files, or a file without a reference, misses its target. */
export function kindRows(job: QualityJob, outcomes: readonly Outcome[]): Check[] {
  return KINDS.map((kind) => {
    const found = job.files.flatMap((file, at) =>
      file.entry.kind === kind ? [recallOf(file, outcomes[at])] : [],
    );
    const mean = found.reduce((sum, { recall }) => sum + recall, 0) / Math.max(1, found.length);
    const low = found.filter(({ recall }) => recall < RECALL);
    const note = low.map(({ name, recall, why }) => `${name} ${why ?? recall.toFixed(3)}`).join(", ");
    return {
      name: `${kind}: word recall, mean of ${found.length} files`,
      value: Math.round(mean * 10_000) / 10_000,
      target: `>= ${RECALL}`,
      met: mean >= RECALL && found.every(({ why }) => why === undefined),
      ...(found.length === 0 ? { note: "THERE ARE NO FILES OF THIS KIND" } : note === "" ? {} : { note }),
    };
  });
}

interface KindRecall {
  readonly name: string;
  readonly recall: number;
  /** Why nothing could be compared. */
  readonly why?: string;
}

function recallOf({ file: name, path }: CorpusFile, outcome: Outcome | undefined): KindRecall {
  if (!existsSync(path + REFERENCE)) return { name, recall: 0, why: "HAS NO REFERENCE BESIDE IT" };
  if (outcome?.ok !== true) return { name, recall: 0, why: outcome?.code ?? "has no outcome" };
  const wanted = wordsOf(readFileSync(path + REFERENCE, "utf8"));
  const given = wordsOf(shownIn(JSON.parse(outcome.body.toString("utf8")) as JsonObject));
  return { name, recall: matched(given, wanted).length / Math.max(1, wanted.length) };
}

/** All words of a result: its text, and what formats keep beside it. */
function shownIn(result: JsonObject): string {
  const { text_content, metadata, notes, headers, footers, attachments } = result;
  return [text_content, ...[metadata, commentsIn(notes), headers, footers, attachments].map(textsIn)].join(
    "\n",
  );
}

/** Notes but for comments are in the text, too. */
function commentsIn(notes: JsonObject[string] | undefined): JsonObject[string][] {
  const all = Array.isArray(notes) ? notes : [];
  return all.filter((one) => isObject(one) && one.kind === "comment");
}

function textsIn(value: JsonObject[string] | undefined): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textsIn).join("\n");
  return isObject(value) ? Object.values(value).map(textsIn).join("\n") : "";
}

function isObject(value: JsonObject[string] | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
