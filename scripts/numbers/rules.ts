import type { FileNumbers, FunctionNumbers } from "./measure.ts";

/** Limits for source files and their functions; tests are free of them. Lines count all lines. */
export const LIMITS = {
  fileP95: 200,
  fileMax: 250,
  contractMax: 400,
  functionP95: 20,
  functionMax: 45,
  /** Share of all lines that are comments. */
  commentsMin: 0.08,
  commentsMax: 0.15,
} as const;

/** Totals of a whole tree of sources. */
export interface TreeNumbers {
  readonly files: number;
  readonly lines: number;
  readonly fileP95: number;
  readonly fileMax: number;
  readonly functions: number;
  readonly functionP95: number;
  readonly functionMax: number;
  readonly comments: number;
}

/** Sums over the sources without contract tests. */
export function sumUp(files: readonly FileNumbers[]): TreeNumbers {
  const sources = files.filter(({ file }) => !isContract(file));
  const functionLines = sources.flatMap(({ functions }) => functions.map(({ lines }) => lines));
  const fileLines = sources.map(({ lines }) => lines);
  const lines = sum(fileLines);
  return {
    files: sources.length,
    lines,
    fileP95: percentile(fileLines, 0.95),
    fileMax: Math.max(0, ...fileLines),
    functions: functionLines.length,
    functionP95: percentile(functionLines, 0.95),
    functionMax: Math.max(0, ...functionLines),
    comments: sum(sources.map(({ commentLines }) => commentLines)) / Math.max(lines, 1),
  };
}

/** A sentence for each limit that the tree breaks, with the file and what to do. */
export function brokenLimits(files: readonly FileNumbers[]): string[] {
  const tree = sumUp(files);
  return [
    ...files
      .filter(isTooLong)
      .map(({ file, lines }) => `${file} has ${lines} lines: split it by what its pieces do.`),
    ...files.flatMap((file) => longFunctions(file).map((long) => tooLong(file.file, long))),
    ...above("95 % of the files", tree.fileP95, LIMITS.fileP95),
    ...above("95 % of the functions", tree.functionP95, LIMITS.functionP95),
    ...share(tree.comments),
  ];
}

function isContract(file: string): boolean {
  return file.endsWith(".contract.ts");
}

function isTooLong({ file, lines }: FileNumbers): boolean {
  return lines > (isContract(file) ? LIMITS.contractMax : LIMITS.fileMax);
}

function longFunctions({ file, functions }: FileNumbers): FunctionNumbers[] {
  return isContract(file) ? [] : functions.filter(({ lines }) => lines > LIMITS.functionMax);
}

function tooLong(file: string, { line, lines, name }: FunctionNumbers): string {
  return `${file}:${line} is a function of ${lines} lines, at most ${LIMITS.functionMax}: ${name}`;
}

function above(what: string, measured: number, limit: number): string[] {
  return measured > limit ? [`${what} have up to ${measured} lines; at most ${limit} are allowed.`] : [];
}

function share(comments: number): string[] {
  if (comments >= LIMITS.commentsMin && comments <= LIMITS.commentsMax) return [];
  const range = `${percent(LIMITS.commentsMin)} to ${percent(LIMITS.commentsMax)}`;
  return [`${percent(comments)} of the lines are comments; ${range} are allowed.`];
}

/** `0.0812` as `8.1 %`. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
