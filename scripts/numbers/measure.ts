import { parseSync, Visitor } from "oxc-parser";

/** What is counted in one source file. Lines count from 1 and include blank ones and comments. */
export interface FileNumbers {
  readonly file: string;
  readonly lines: number;
  /** Lines that hold a comment and no code. */
  readonly commentLines: number;
  readonly functions: readonly FunctionNumbers[];
}

export interface FunctionNumbers {
  readonly name: string;
  /** Line on which the function begins. */
  readonly line: number;
  /** From its first line to its last one, both included. */
  readonly lines: number;
}

/** Counts lines, comment lines and functions of all kinds (declared, methods, arrows) in one file. */
export function measureFile(file: string, code: string): FileNumbers {
  const { program, comments, errors } = parseSync(file, code);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file} cannot be parsed: ${error.message}`);
  const lineOf = lineFinder(code);
  const functions: FunctionNumbers[] = [];
  const note = (node: { readonly start: number; readonly end: number }): void => {
    const line = lineOf(node.start);
    functions.push({ name: nameBefore(code, node.start), line, lines: lineOf(node.end - 1) - line + 1 });
  };
  new Visitor({
    FunctionDeclaration: note,
    FunctionExpression: note,
    ArrowFunctionExpression: note,
  }).visit(program);
  return {
    file,
    lines: lineOf(code.length - 1),
    commentLines: commentLines(code, comments, lineOf),
    functions,
  };
}

type LineOf = (offset: number) => number;

function lineFinder(code: string): LineOf {
  const starts = [0];
  for (let at = code.indexOf("\n"); at !== -1; at = code.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

type Comment = { readonly start: number; readonly end: number };

function commentLines(code: string, comments: readonly Comment[], lineOf: LineOf): number {
  let count = 0;
  for (const { start, end } of comments) {
    const lineStart = code.lastIndexOf("\n", start - 1) + 1;
    // A comment behind code does not make its line a comment line.
    if (code.slice(lineStart, start).trim() === "") count += lineOf(end - 1) - lineOf(start) + 1;
  }
  return count;
}

/** The words of the line before the function: enough to find it by. */
function nameBefore(code: string, start: number): string {
  const lineStart = code.lastIndexOf("\n", start - 1) + 1;
  const end = code.indexOf("\n", start);
  return code
    .slice(lineStart, end === -1 ? code.length : end)
    .trim()
    .slice(0, 60);
}
