/** Characters at the start of a text in which Markdown is searched. */
const SAMPLE = 100_000;
/** Characters of a line that are examined. */
const LINE = 1_000;

/** Marks of Markdown within a line that plain prose does not have by chance; each run has a bound, so that a line takes no more than its length. */
const SIGNS: readonly RegExp[] = [
  /^#{1,6} \S/,
  /^(?:```|~~~)/,
  /\[[^\][\n]{1,200}\]\([^)\s(]{1,300}\)/,
  /\*\*[^\s*][^*]{0,200}(?<!\s)\*\*/,
  /__[^\s_][^_]{0,200}(?<!\s)__/,
  /^\s{0,40}[-*+] \[[ x]\] /,
];

/** Whether a text is written in Markdown, by its content. */
export function isMarkdown(text: string): boolean {
  const lines = text.slice(0, SAMPLE).split("\n");
  return lines
    .map((line) => line.slice(0, LINE))
    .some((line) => isRule(line) || SIGNS.some((sign) => sign.test(line)));
}

/** Whether a line separates the head of a table from its rows: `| --- | :-: |`. */
export function isRule(line: string): boolean {
  return line.includes("|") && line.includes("---") && /^[ |:-]+\r?$/.test(line);
}
