import { symbolOf } from "../inline/symbols.ts";
import { elements, find, textBelow, type Xml } from "../xml.ts";
import { type Face, type Formula, type FractionBar, NOTHING } from "./formula.ts";

/** Reads an `m:oMath` or a part of one; tracked changes count as accepted. */
export function formulaOf(element: Xml | undefined): Formula {
  if (element === undefined) return NOTHING;
  const parts = elements(element)
    .filter(({ name }) => !HIDDEN.has(name) && !name.endsWith("Pr"))
    .map(partOf);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "row", parts };
}

const HIDDEN: ReadonlySet<string> = new Set(["w:del", "w:moveFrom", "m:argPr"]);

function partOf(element: Xml): Formula {
  const read = READERS.get(element.name);
  return read === undefined || isDeleted(element) ? formulaOf(element) : read(element);
}

/** An object that is deleted leaves its contents; those that are deleted with it are marked on their own. */
function isDeleted(element: Xml): boolean {
  const properties = elements(element).find(({ name }) => name.endsWith("Pr"));
  return find(properties, "m:ctrlPr", "w:del") !== undefined;
}

const inside = (element: Xml, name = "m:e"): Formula => formulaOf(find(element, name));

const READERS: ReadonlyMap<string, (element: Xml) => Formula> = new Map<string, (element: Xml) => Formula>([
  ["m:r", run],
  ["w:r", run],
  ["m:f", fraction],
  ["m:sSup", (at) => ({ kind: "index", base: inside(at), below: NOTHING, above: inside(at, "m:sup") })],
  ["m:sSub", (at) => ({ kind: "index", base: inside(at), below: inside(at, "m:sub"), above: NOTHING })],
  ["m:sSubSup", (at) => ({ kind: "index", base: inside(at), ...indices(at) })],
  ["m:sPre", (at) => ({ kind: "preIndex", base: inside(at), ...indices(at) })],
  ["m:rad", root],
  ["m:nary", operator],
  ["m:d", brackets],
  ["m:func", (at) => ({ kind: "function", name: inside(at, "m:fName"), inside: inside(at) })],
  ["m:limLow", (at) => ({ kind: "limit", place: "under", base: inside(at), limit: inside(at, "m:lim") })],
  ["m:limUpp", (at) => ({ kind: "limit", place: "over", base: inside(at), limit: inside(at, "m:lim") })],
  [
    "m:acc",
    (at) => ({ kind: "accent", sign: property(at, "m:accPr", "m:chr") ?? "\u0302", inside: inside(at) }),
  ],
  ["m:bar", (at) => ({ kind: "line", place: placeOf(at, "m:barPr"), inside: inside(at) })],
  ["m:groupChr", brace],
  ["m:eqArr", (at) => ({ kind: "lines", rows: elements(at, "m:e").map(formulaOf) })],
  [
    "m:m",
    (at) => ({
      kind: "matrix",
      rows: elements(at, "m:mr").map((row) => elements(row, "m:e").map(formulaOf)),
    }),
  ],
  ["m:borderBox", (at) => ({ kind: "frame", inside: inside(at) })],
  ["m:phant", (at) => (isOff(property(at, "m:phantPr", "m:show")) ? NOTHING : inside(at))],
]);

function indices(element: Xml): { below: Formula; above: Formula } {
  return { below: inside(element, "m:sub"), above: inside(element, "m:sup") };
}

function fraction(element: Xml): Formula {
  const bar = BARS.get(property(element, "m:fPr", "m:type") ?? "") ?? "line";
  return { kind: "fraction", bar, above: inside(element, "m:num"), below: inside(element, "m:den") };
}

const BARS: ReadonlyMap<string, FractionBar> = new Map([
  ["skw", "skewed"],
  ["lin", "linear"],
  ["noBar", "none"],
]);

function root(element: Xml): Formula {
  const isSquare = isSet(property(element, "m:radPr", "m:degHide"));
  return { kind: "root", degree: isSquare ? NOTHING : inside(element, "m:deg"), inside: inside(element) };
}

function operator(element: Xml): Formula {
  const { below, above } = indices(element);
  return {
    kind: "operator",
    sign: property(element, "m:naryPr", "m:chr") ?? "∫",
    limits: property(element, "m:naryPr", "m:limLoc") === "undOvr" ? "over" : "beside",
    below: isSet(property(element, "m:naryPr", "m:subHide")) ? NOTHING : below,
    above: isSet(property(element, "m:naryPr", "m:supHide")) ? NOTHING : above,
    inside: inside(element),
  };
}

function brackets(element: Xml): Formula {
  return {
    kind: "brackets",
    open: property(element, "m:dPr", "m:begChr") ?? "(",
    close: property(element, "m:dPr", "m:endChr") ?? ")",
    separator: property(element, "m:dPr", "m:sepChr") ?? "|",
    parts: elements(element, "m:e").map(formulaOf),
  };
}

function brace(element: Xml): Formula {
  const sign = property(element, "m:groupChrPr", "m:chr") ?? "\u23df";
  return { kind: "brace", sign, place: placeOf(element, "m:groupChrPr"), inside: inside(element) };
}

function placeOf(element: Xml, properties: string): "under" | "over" {
  return property(element, properties, "m:pos") === "top" ? "over" : "under";
}

/** The value of a property; "" where it is there without one. */
function property(element: Xml, ...path: readonly string[]): string | undefined {
  const found = find(element, ...path);
  return found === undefined ? undefined : (found.attributes["m:val"] ?? "");
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !isOff(value);
}

function isOff(value: string | undefined): boolean {
  return value !== undefined && ["0", "off", "false"].includes(value);
}

function run(element: Xml): Formula {
  const text = elements(element).map(signOf).join("").replace(/\s+/g, " ");
  return { kind: "text", text, face: faceOf(find(element, "m:rPr")) };
}

function signOf(element: Xml): string {
  const { name, attributes } = element;
  if (name === "m:t" || name === "w:t") return textBelow(element);
  if (name === "w:sym")
    return symbolOf(attributes["w:font"], Number.parseInt(attributes["w:char"] ?? "", 16));
  return name === "w:br" || name === "w:tab" ? " " : "";
}

function faceOf(properties: Xml | undefined): Face {
  if (properties === undefined) return "italic";
  if (isSet(property(properties, "m:nor"))) return "words";
  const script = FACES.get(property(properties, "m:scr") ?? "");
  return script ?? FACES.get(property(properties, "m:sty") ?? "") ?? "italic";
}

const FACES: ReadonlyMap<string, Face> = new Map([
  ["double-struck", "double"],
  ["script", "script"],
  ["fraktur", "fraktur"],
  ["p", "upright"],
  ["b", "bold"],
]);
