import type { TaskView } from "../../../shared/contract/about.ts";
import type { Picked } from "./picked.ts";

/** Of two tasks that fit the files alike, the one that people mean more often. */
const ORDER = ["image", "text", "document", "audio", "ocr", "mean", "embedding"];

/** The task whose extensions cover most of the files. Content decides in the end; the user can choose another. */
export function guessTask(files: readonly Picked[], tasks: readonly TaskView[]): string | undefined {
  const ranked = tasks.map((task) => ({
    name: task.task_type,
    fits: files.filter(({ path }) => fits(path, task)).length,
  }));
  ranked.sort((a, b) => b.fits - a.fits || rank(a.name) - rank(b.name));
  return ranked[0]?.name;
}

export function fits(path: string, { extensions }: TaskView): boolean {
  return extensions.includes(extensionOf(path));
}

export function extensionOf(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? "";
}

function rank(name: string): number {
  const at = ORDER.indexOf(name);
  return at === -1 ? ORDER.length : at;
}

/** The kinds of the files, most frequent first: `38 .tif, 4 .pdf`. */
export function kindsOf(files: readonly Picked[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const kind = extensionOf(path) || "without extension";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].toSorted((a, b) => b[1] - a[1]);
  const shown = kinds.slice(0, 4).map(([kind, number]) => `${number.toLocaleString("en")} ${kind}`);
  return kinds.length > 4 ? `${shown.join(", ")} and others` : shown.join(", ");
}

/** Files that the task will hardly take: of another kind, or empty. */
export function doubtful(files: readonly Picked[], task: TaskView | undefined): readonly Picked[] {
  return files.filter(({ path, file }) => file.size === 0 || (task !== undefined && !fits(path, task)));
}
