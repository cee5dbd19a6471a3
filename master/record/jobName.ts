import { MAX_JOB_NAME } from "../../shared/contract/requests.ts";
import type { JobInput } from "./newJob.ts";

type Named = Pick<JobInput, "filename" | "path">;

/** Characters of a name that is made here, as of one that a client gives. */
const MOST = MAX_JOB_NAME;

/**
 * Name of a job for people: the folder that all its files are in, else the name of the first file and how many more
 * there are.
 */
export function jobName(files: readonly Named[]): string {
  const [first] = files;
  if (first === undefined) return "no files";
  if (files.length === 1) return cut(first.filename, MOST);
  const folder = commonFolder(files);
  if (folder !== "") return cut(folder, MOST);
  const more = ` and ${files.length - 1} more`;
  return `${cut(first.filename, MOST - more.length)}${more}`;
}

/** Without a slash at the end; empty when there is none. */
function commonFolder(files: readonly Named[]): string {
  let common: readonly string[] | undefined;
  for (const { path = "" } of files) {
    const folders = path.split("/").slice(0, -1);
    common = common === undefined ? folders : shared(common, folders);
    if (common.length === 0) return "";
  }
  return (common ?? []).join("/");
}

function shared(some: readonly string[], others: readonly string[]): readonly string[] {
  const end = some.findIndex((name, n) => name !== others[n]);
  return end === -1 ? some : some.slice(0, end);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
