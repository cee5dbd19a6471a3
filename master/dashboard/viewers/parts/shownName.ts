import type { FileView } from "../../../../shared/contract/jobs.ts";

/** Name of a file with its folders, as its client sent it. */
export function shownName({ path, filename }: Pick<FileView, "path" | "filename">): string {
  return path ?? filename;
}
