import type { FileView } from "../../../shared/contract/jobs.ts";
import type { Viewer } from "./viewer.ts";

/** All viewers; the first that fits is shown at first. Those of any task come last. */
const VIEWERS: readonly Viewer[] = [
  {
    id: "json",
    title: "JSON",
    fits: (_task, { url }) => url?.endsWith(".json") === true,
    load: async () => (await import("./json.tsx")).JsonTree,
  },
  {
    id: "plain",
    title: "Plain text",
    fits: (_task, { url }) => url !== undefined && !/\.(png|webp|jpe?g|avif|pdf|tiff?)$/.test(url),
    load: async () => (await import("./plain.tsx")).PlainText,
  },
];

/** The viewers of a file that is done, in the order of their tabs. */
export function viewersFor(task: string, file: FileView): readonly Viewer[] {
  return file.state === "done" ? VIEWERS.filter(({ fits }) => fits(task, file)) : [];
}
