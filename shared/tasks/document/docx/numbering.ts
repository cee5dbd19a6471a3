import { integer, written } from "./numerals.ts";
import { elements, find, isOn, valueAt, type Xml } from "./xml.ts";

/** Numbering of one level of a list. */
export interface ListLevel {
  readonly format: string;
  /** Pattern such as `%1.%2)`, where `%n` is the number of level n. */
  readonly pattern: string;
  readonly start: number;
  /** Whether the numbers of all levels in the pattern are written in digits. */
  readonly isLegal: boolean;
  /** Highest level, counted from 1, whose items restart this one; 0 for none. Undefined for all levels above. */
  readonly restartsAfter: number | undefined;
  /** Id of the paragraph style that belongs to the level. */
  readonly style: string | undefined;
}

export interface List {
  readonly abstractId: string;
  readonly levels: ReadonlyMap<number, ListLevel>;
  /** Levels that restart in this list although it shares its numbers with other lists. */
  readonly restarts: ReadonlySet<number>;
}

export interface Label {
  readonly ordered: boolean;
  readonly text: string;
}

const DEEPEST = 8;
const BULLET: ListLevel = {
  format: "bullet",
  pattern: "•",
  start: 1,
  isLegal: false,
  restartsAfter: undefined,
  style: undefined,
};

/** Counts the items of a document's lists, in order of their appearance (ECMA-376 part 1, 17.9). */
export class Numbering {
  readonly #lists: ReadonlyMap<string, List>;
  readonly #counters = new Map<string, (number | undefined)[]>();
  readonly #seen = new Set<string>();

  /** @param lists by their ids */
  constructor(lists: ReadonlyMap<string, List>) {
    this.#lists = lists;
  }

  /** The level of a list that a paragraph style belongs to. */
  levelOf(id: string, style: string | undefined): number | undefined {
    if (style === undefined) return undefined;
    return [...(this.#lists.get(id)?.levels ?? [])].find(([, level]) => level.style === style)?.[0];
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
    return { ordered: true, text: filled(definition, numbers, list) };
  }

  #count(id: string, level: number, list: List | undefined): readonly (number | undefined)[] {
    const key = list?.abstractId ?? id;
    const numbers = this.#counters.get(key) ?? [];
    this.#counters.set(key, numbers);
    const first = !this.#seen.has(`${id}/${level}`);
    this.#seen.add(`${id}/${level}`);
    if (first && list?.restarts.has(level)) numbers.length = Math.min(numbers.length, level);
    for (let above = 0; above < level; above += 1) numbers[above] ??= startOf(list, above);
    const before = numbers[level];
    numbers[level] = before === undefined ? startOf(list, level) : before + 1;
    for (let below = level + 1; below < numbers.length; below += 1) {
      if (level < (list?.levels.get(below)?.restartsAfter ?? below)) numbers[below] = undefined;
    }
    return numbers;
  }
}

function startOf(list: List | undefined, level: number): number {
  return list?.levels.get(level)?.start ?? 1;
}

/** The lists that a part of a DOCX defines. */
export function listsIn(root: Xml | undefined): Map<string, List> {
  const abstract = abstractsOf(root);
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

/** Levels of the definitions of lists, by id; a definition may be that of a style of lists. */
function abstractsOf(root: Xml | undefined): Map<string, Map<number, ListLevel>> {
  const all = elements(root, "w:abstractNum");
  const styles = new Map(all.map((one) => [valueAt(one, "w:styleLink"), one]));
  return new Map(
    all.map((one) => {
      const link = valueAt(one, "w:numStyleLink");
      const source = (link === undefined ? undefined : styles.get(link)) ?? one;
      return [one.attributes["w:abstractNumId"] ?? "", levelsOf(source)];
    }),
  );
}

function levelsOf(parent: Xml): Map<number, ListLevel> {
  return new Map(elements(parent, "w:lvl").map((level) => [levelNumber(level), toLevel(level)]));
}

function overrideLevel(levels: Map<number, ListLevel>, override: Xml): void {
  const at = levelNumber(override);
  for (const [number, level] of levelsOf(override)) levels.set(number, level);
  const start = valueAt(override, "w:startOverride");
  if (start !== undefined) levels.set(at, { ...(levels.get(at) ?? BULLET), start: integer(start, 1) });
}

function levelNumber(level: Xml): number {
  return integer(level.attributes["w:ilvl"], 0);
}

function toLevel(level: Xml): ListLevel {
  const restart = valueAt(level, "w:lvlRestart");
  return {
    format: valueAt(level, "w:numFmt") ?? "decimal",
    pattern: valueAt(level, "w:lvlText") ?? "",
    start: integer(valueAt(level, "w:start"), 1),
    isLegal: isOn(find(level, "w:isLgl")),
    restartsAfter: restart === undefined ? undefined : integer(restart, DEEPEST),
    style: valueAt(level, "w:pStyle"),
  };
}

function filled(
  { pattern, isLegal }: ListLevel,
  numbers: readonly (number | undefined)[],
  list: List | undefined,
): string {
  return pattern.replace(/%([1-9])/g, (_, digit: string) => {
    const level = Number(digit) - 1;
    const format = isLegal ? "decimal" : (list?.levels.get(level)?.format ?? "decimal");
    return written(numbers[level] ?? startOf(list, level), format);
  });
}
