import { elements, find, valueAt, type Xml } from "./xml.ts";

/** Numbering of one level of a list. */
interface Level {
  readonly format: string;
  /** Pattern such as `%1.%2)`, where `%n` is the number of level n. */
  readonly pattern: string;
  readonly start: number;
}

interface List {
  readonly abstractId: string;
  readonly levels: ReadonlyMap<number, Level>;
  /** Levels that restart in this list although it shares its numbers with other lists. */
  readonly restarts: ReadonlySet<number>;
}

export interface Label {
  readonly ordered: boolean;
  readonly text: string;
}

const DEEPEST = 8;
const BULLET: Level = { format: "bullet", pattern: "•", start: 1 };

/** Counts the items of a document's lists, in order of their appearance (ECMA-376 part 1, 17.9). */
export class Numbering {
  readonly #lists: ReadonlyMap<string, List>;
  readonly #counters = new Map<string, number[]>();
  readonly #seen = new Set<string>();

  constructor(root: Xml | undefined) {
    this.#lists = listsOf(root);
  }

  /** The label of the next item of a list; undefined for an id that means "no list". */
  next(id: string, level: number): Label | undefined {
    if (id === "0") return undefined;
    const list = this.#lists.get(id);
    const at = Math.min(Math.max(level, 0), DEEPEST);
    const definition = list?.levels.get(at) ?? BULLET;
    if (definition.format === "bullet") return { ordered: false, text: "•" };
    const numbers = this.#count(id, at, list);
    if (definition.format === "none") return { ordered: false, text: "" };
    return { ordered: true, text: filled(definition.pattern, numbers, list) };
  }

  #count(id: string, level: number, list: List | undefined): readonly number[] {
    const key = list?.abstractId ?? id;
    const numbers = this.#counters.get(key) ?? [];
    this.#counters.set(key, numbers);
    const first = !this.#seen.has(`${id}/${level}`);
    this.#seen.add(`${id}/${level}`);
    if (first && list?.restarts.has(level)) numbers.length = level;
    for (let above = 0; above < level; above += 1) numbers[above] ??= startOf(list, above);
    const before = numbers[level];
    numbers[level] = before === undefined ? startOf(list, level) : before + 1;
    numbers.length = level + 1;
    return numbers;
  }
}

function startOf(list: List | undefined, level: number): number {
  return list?.levels.get(level)?.start ?? 1;
}

function listsOf(root: Xml | undefined): Map<string, List> {
  const abstract = new Map(
    elements(root, "w:abstractNum").map((one) => [one.attributes["w:abstractNumId"] ?? "", levelsOf(one)]),
  );
  return new Map(
    elements(root, "w:num").map((one) => {
      const abstractId = valueAt(one, "w:abstractNumId") ?? "";
      const overrides = elements(one, "w:lvlOverride");
      const levels = new Map(abstract.get(abstractId));
      for (const override of overrides) overrideLevel(levels, override);
      const restarts = overrides.filter((override) => find(override, "w:startOverride") !== undefined);
      return [
        one.attributes["w:numId"] ?? "",
        { abstractId, levels, restarts: new Set(restarts.map(levelNumber)) },
      ];
    }),
  );
}

function levelsOf(parent: Xml): Map<number, Level> {
  return new Map(elements(parent, "w:lvl").map((level) => [levelNumber(level), toLevel(level)]));
}

function overrideLevel(levels: Map<number, Level>, override: Xml): void {
  const at = levelNumber(override);
  for (const [number, level] of levelsOf(override)) levels.set(number, level);
  const start = valueAt(override, "w:startOverride");
  if (start !== undefined) levels.set(at, { ...(levels.get(at) ?? BULLET), start: integer(start, 1) });
}

function levelNumber(level: Xml): number {
  return integer(level.attributes["w:ilvl"], 0);
}

function toLevel(level: Xml): Level {
  return {
    format: valueAt(level, "w:numFmt") ?? "decimal",
    pattern: valueAt(level, "w:lvlText") ?? "",
    start: integer(valueAt(level, "w:start"), 1),
  };
}

function filled(pattern: string, numbers: readonly number[], list: List | undefined): string {
  return pattern.replace(/%([1-9])/g, (_, digit: string) => {
    const level = Number(digit) - 1;
    return written(numbers[level] ?? startOf(list, level), list?.levels.get(level)?.format ?? "decimal");
  });
}

/** Writes a number in the format of a list; unknown formats use digits. */
function written(value: number, format: string): string {
  if (format === "lowerLetter") return letters(value);
  if (format === "upperLetter") return letters(value).toUpperCase();
  if (format === "lowerRoman") return roman(value);
  if (format === "upperRoman") return roman(value).toUpperCase();
  return format === "decimalZero" && value < 10 ? `0${value}` : String(value);
}

/** Writes a number in letters; like Word, aa, bb, cc follow z. */
function letters(value: number): string {
  if (value < 1 || value > 780) return String(value);
  return String.fromCharCode(97 + ((value - 1) % 26)).repeat(Math.ceil(value / 26));
}

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

function roman(value: number): string {
  if (value < 1 || value > 3999) return String(value);
  let left = value;
  let text = "";
  for (const [worth, sign] of ROMAN) {
    text += sign.repeat(Math.floor(left / worth));
    left %= worth;
  }
  return text;
}

/** Parses a whole number; the fallback replaces values that are no whole number or out of range. */
export function integer(value: string | undefined, fallback: number): number {
  const number = Number(value ?? Number.NaN);
  return Number.isInteger(number) && Math.abs(number) < 1_000_000 ? number : fallback;
}
