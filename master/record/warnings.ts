import type { FileWarning, JobWarning } from "../../shared/warnings.ts";

/** Most files that a warning names by index; `count` counts all of them. */
const MOST_FILES = 100;
/** Most warnings of a job; tasks have far fewer. */
const MOST_WARNINGS = 100;

type Warnings = readonly JobWarning[] | undefined;

/** The warnings of a job after the end of a file: a warning that several files have is one warning of the job. */
export function withFileWarnings(warnings: Warnings, index: number, own: readonly FileWarning[]): Warnings {
  return own.reduce((all, { code, message }) => {
    const known = all?.find((one) => isSame(one, { code, message }));
    const files = [...(known?.files ?? []), index].sort((a, b) => a - b).slice(0, MOST_FILES);
    return replaced(all, { code, message, count: (known?.count ?? 0) + 1, files });
  }, warnings);
}

/** The warnings of a job after a warning of its `run`, which a replay raises again. */
export function withRunWarning(warnings: Warnings, warning: JobWarning): Warnings {
  return replaced(warnings, warning);
}

/** In the order of codes and messages: the order in which files end does not matter. */
function replaced(warnings: Warnings, warning: JobWarning): Warnings {
  const others = (warnings ?? []).filter((one) => !isSame(one, warning));
  return [...others, warning].sort(byCode).slice(0, MOST_WARNINGS);
}

function isSame(a: FileWarning, b: FileWarning): boolean {
  return a.code === b.code && a.message === b.message;
}

function byCode(a: FileWarning, b: FileWarning): number {
  const [x, y] = [`${a.code} ${a.message}`, `${b.code} ${b.message}`];
  return x < y ? -1 : Number(x > y);
}
