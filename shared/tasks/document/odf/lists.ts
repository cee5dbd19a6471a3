import { integer, written } from "../docx/numerals.ts";
import { descendants, elements, type Xml } from "../docx/xml.ts";
import { entryOf } from "../own.ts";

/** A level whose items are numbered (OpenDocument 1.3 part 3, 16.32). */
export interface NumberedLevel {
  readonly format: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly start: number;
  /** Number of levels whose numbers it shows, its own among them. */
  readonly shown: number;
}

/** Levels of styles of lists by their names, from the outermost on; undefined for levels with bullets. */
export type NumberedLists = ReadonlyMap<string, readonly (NumberedLevel | undefined)[]>;

const FORMATS: Readonly<Record<string, string>> = {
  ...{ a: "lowerLetter", A: "upperLetter", i: "lowerRoman", I: "upperRoman", "": "none" },
};
const DEEPEST = 10;

export function numberedLists(...roots: readonly (Xml | undefined)[]): NumberedLists {
  const styles = roots.flatMap((root) => (root === undefined ? [] : descendants(root, "text:list-style")));
  return new Map(styles.map((style) => [style.attributes["style:name"] ?? "", levelsOf(style)]));
}

function levelsOf(style: Xml): (NumberedLevel | undefined)[] {
  const levels = Array<NumberedLevel | undefined>(DEEPEST);
  for (const { attributes } of elements(style, "text:list-level-style-number")) {
    const at = integer(attributes["text:level"], 1) - 1;
    if (at < 0 || at >= DEEPEST) continue;
    levels[at] = {
      format: entryOf(FORMATS, attributes["style:num-format"] ?? "1") ?? "decimal",
      prefix: attributes["style:num-prefix"] ?? "",
      suffix: attributes["style:num-suffix"] ?? "",
      start: integer(attributes["text:start-value"], 1),
      shown: integer(attributes["text:display-levels"], 1),
    };
  }
  return levels;
}

/** The label of an item. @param numbers of the items that it is in, and its own */
export function labelOf(level: NumberedLevel | undefined, numbers: readonly number[]): string {
  if (level === undefined) return "•";
  if (level.format === "none") return "";
  const above = numbers.slice(Math.max(0, numbers.length - level.shown), -1);
  const own = written(numbers.at(-1) ?? 1, level.format);
  return `${level.prefix}${[...above, own].join(".")}${level.suffix}`;
}
