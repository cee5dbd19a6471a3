import { FileError } from "../../../errors.ts";
import { isRule } from "./markdownSigns.ts";

/** Characters at which the parser looks ahead, at worst to the end of the paragraph. */
const LOOKS_AHEAD = /[[\]!*_`~<&\\(]/g;
/** Most characters that are looked at, ahead of each mark of a paragraph; a book has less than a tenth. */
const MOST_LOOKS = 1e9;
/** Most names of links that are listed: for each paragraph the parser lists all that the text defines. */
const MOST_LISTED = 5e7;
const DEFINITIONS = /^ {0,3}\[[^[\]\n]{1,200}\]:/gm;
/** Most quotations and list items in each other on one line, and most spaces before a line: each level is parsed again. */
const MOST_BLOCKS = 100;
const MOST_INDENT = 200;

/**
 * Refuses a Markdown text that would take the parser far longer than its length: marks without an end, each of which it
 * searches to the end of the paragraph, and blocks in blocks.
 * @throws FileError `too_large`
 */
export function refuseEndlessMarkdown(text: string): void {
  let looks = 0;
  let runs = 0;
  for (const run of runsOf(text)) {
    looks += run.marks * run.length;
    runs += 1;
  }
  if (looks > MOST_LOOKS) throw tooHard("has paragraphs with too many marks that have no end");
  const definitions = text.match(DEFINITIONS)?.length ?? 0;
  if (definitions * runs > MOST_LISTED) throw tooHard("defines too many links");
}

interface Run {
  /** Characters of text that the parser reads as one. */
  readonly length: number;
  readonly marks: number;
}

/** Paragraphs; an item of a list, a heading and a row of a table stand alone. */
function* runsOf(text: string): Generator<Run> {
  let run: Run = { length: 0, marks: 0 };
  let before = "";
  let isTable = false;
  let areDefinitions = false;
  for (const line of text.split("\n")) {
    refuseDeepLine(line);
    isTable = line.trim() !== "" && (isTable || isTableHead(before, line));
    areDefinitions = DEFINITION.test(line) && (areDefinitions || before.trim() === "");
    if (isTable || areDefinitions || startsAlone(line)) {
      yield run;
      run = { length: 0, marks: 0 };
    }
    run = { length: run.length + line.length, marks: run.marks + (line.match(LOOKS_AHEAD)?.length ?? 0) };
    before = line;
  }
  yield run;
}

/** A link that references use; it is one only where no paragraph goes on. */
const DEFINITION = /^ {0,3}\[[^[\]\\]{1,200}\]: {1,9}[^\s<]{1,2000}\s{0,9}$/;

function startsAlone(line: string): boolean {
  return line.trim() === "" || /^ {0,3}(?:[-*+] |#{1,6} )/.test(line);
}

/** Whether a line and the rule below it begin a table: both have as many cells. */
function isTableHead(head: string, rule: string): boolean {
  return isRule(rule) && !head.includes("\\") && cells(head) === cells(rule);
}

function cells(line: string): number {
  return line.trim().replace(/^\|/, "").replace(/\|$/, "").split("|").length;
}

/** Marks of quotations and list items at the start of a line, each within the one before. */
const BLOCKS = /^(?:[ \t]|>|[-*+][ \t]|\d{1,9}[.)][ \t])*/;
const BLOCK = />|[-*+]|\d+[.)]/g;

function refuseDeepLine(line: string): void {
  const start = BLOCKS.exec(line)?.[0] ?? "";
  const blocks = start.match(BLOCK)?.length ?? 0;
  if (blocks > MOST_BLOCKS) throw tooHard("has too many blocks in each other");
  const isEmpty = start.length === line.length && blocks === 0;
  if (start.length - 2 * blocks > MOST_INDENT && !isEmpty)
    throw tooHard("has lines that are indented too far");
}

/** @param why what it has, as the end of a sentence */
export function tooHard(why: string): FileError {
  return new FileError(
    "too_large",
    `The document ${why} to be turned into HTML or Markdown. Use the option \`format: text\`.`,
  );
}
