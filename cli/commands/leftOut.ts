import { extname, sep } from "node:path";
import { printable } from "../../shared/printable.ts";
import { TASKS } from "../../shared/tasks/registry.ts";
import { ownName } from "../output/ownName.ts";
import { type Column, tableLines } from "../output/table.ts";
import { counted } from "../output/words.ts";

/** Files of folders that are left out, counted by extension. */
export class LeftOutTally {
  /** In lower case, with the dot; empty for files without one. */
  readonly byExtension = new Map<string, number>();
  total = 0;
  /** Path of one of them. */
  first: string | undefined;

  add(paths: readonly string[]): this {
    this.first ??= paths[0];
    this.total += paths.length;
    for (const path of paths) {
      const extension = extensionOf(path);
      this.byExtension.set(extension, (this.byExtension.get(extension) ?? 0) + 1);
    }
    return this;
  }
}

/** The files of folders that an upload leaves out, and the words to say so. */
export interface LeftOutFiles {
  readonly tally: LeftOutTally;
  /** Number of files that are sent. */
  readonly sent: number;
  readonly task: string;
  /** Extensions of the task. */
  readonly extensions: readonly string[];
  /** The paths of the command line. */
  readonly given: readonly string[];
}

/** Files of one extension. */
interface LeftOutGroup {
  /** With the dot, in lower case; empty for files without one. */
  readonly extension: string;
  readonly count: number;
  /** Tasks that take this extension from folders. */
  readonly tasks: readonly string[];
}

/** Rows of the table; more extensions are counted together. */
const MOST_ROWS = 12;

/** A sentence, a table by extension with the tasks that take it, and how these files can be sent. */
export function leftOutLines(files: LeftOutFiles, width: number | undefined): readonly string[] {
  const { tally, task, extensions } = files;
  const groups = groupsOf(tally);
  const rest = groups.slice(MOST_ROWS).reduce((sum, { count }) => sum + count, 0);
  return [
    `${share(files)} left out: task ${task} takes ${extensions.join(" ")} from folders.`,
    ...tableLines(COLUMNS, groups.slice(0, MOST_ROWS), width),
    ...(rest === 0
      ? []
      : [`and ${counted(rest, "file")} with ${groups.length - MOST_ROWS} other extensions`]),
    ...hints(files, groups),
  ];
}

/** The same in one line. */
export function leftOutLine(files: LeftOutFiles): string {
  const kinds = groupsOf(files.tally).map(({ extension, count }) => `${count} ${nameOf(extension)}`);
  return printable(`${share(files)} left out by extension: ${kinds.join(", ")}`);
}

/** The member `left_out` of `--json`. */
export function leftOutJson(paths: readonly string[]): object {
  const files = paths.map((path) => ({ path, reason: "extension", tasks: tasksOf(extensionOf(path)) }));
  return { count: paths.length, files };
}

function share({ tally: { total }, sent }: LeftOutFiles): string {
  return `${total} of ${counted(total + sent, "file")}`;
}

/** The largest groups first. */
function groupsOf({ byExtension }: LeftOutTally): readonly LeftOutGroup[] {
  const groups = [...byExtension].map(([extension, count]) => ({
    extension,
    count,
    tasks: tasksOf(extension),
  }));
  return groups.sort((a, b) => b.count - a.count || (a.extension < b.extension ? -1 : 1));
}

function extensionOf(path: string): string {
  return extname(path).toLowerCase();
}

function tasksOf(extension: string): readonly string[] {
  return TASKS.filter(({ extensions }) => extensions.includes(extension)).map(({ name }) => name);
}

function hints(
  { tally: { first = "" }, task, given }: LeftOutFiles,
  groups: readonly LeftOutGroup[],
): readonly string[] {
  const other = groups.find(({ tasks }) => tasks.length > 0)?.tasks[0];
  const odd = groups.find(({ tasks, extension }) => tasks.length === 0 && extension !== "");
  const folder = given.find((path) => first.startsWith(withSlash(path))) ?? ".";
  return [
    ...(other === undefined
      ? []
      : [`Another task takes its own files from the same folder: ${ownName()} upload ${other} ${folder}`]),
    ...(odd === undefined
      ? []
      : [
          `A file that is named, or matches a pattern, is sent with any extension: ` +
            `${ownName()} upload ${task} '${withSlash(folder)}**/*${odd.extension}'`,
        ]),
  ].map(printable);
}

function withSlash(folder: string): string {
  return /[/\\]$/.test(folder) ? folder : folder + sep;
}

function nameOf(extension: string): string {
  return extension === "" ? "without extension" : extension;
}

const COLUMNS: readonly Column<LeftOutGroup>[] = [
  { title: "FILES", value: ({ count }) => count },
  { title: "EXTENSION", value: ({ extension }) => (extension === "" ? "(none)" : extension) },
  { title: "TASKS THAT TAKE THEM", value: ({ tasks }) => tasks.join(" ") || "-" },
];
