import { linearMath } from "../math/linear.ts";
import { fontOf } from "../styles.ts";
import { elements, find, isOn, textBelow, valueAt, type Xml } from "../xml.ts";
import { fieldMark, simpleField } from "./fieldMarks.ts";
import { safeAddress, TICKED, UNTICKED } from "./instructions.ts";
import { type EquationPlace, LOOKS } from "./line.ts";
import { type Found, type InlineReading, say } from "./reading.ts";
import { raised } from "./superscript.ts";
import { symbolFont, symbolOf, symbolText } from "./symbols.ts";

/** Reads the contents of a paragraph into its line; contents that are not text add nothing. */
export function readInline(parent: Xml, reading: InlineReading): void {
  for (const child of parent.children) {
    if (typeof child !== "string") (HANDLERS.get(child.name) ?? readInline)(child, reading);
  }
}

type Handler = (element: Xml, reading: InlineReading) => void;

const nothing: Handler = () => undefined;
const sign =
  (text: string): Handler =>
  (_, reading) =>
    say(text, reading);

/** Handlers by element. All other elements are searched: insertions, smart tags, drawings. */
const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["w:r", readRun],
  ["w:t", text],
  ["w:tab", sign("\t")],
  ["w:ptab", sign("\t")],
  ["w:br", sign("\n")],
  ["w:cr", sign("\n")],
  ["w:noBreakHyphen", sign("\u2011")],
  ["w:softHyphen", nothing],
  ["w:sym", symbol],
  [
    "w:footnoteReference",
    ({ attributes }, { line, notes }) => line.note(notes.mark("footnote", attributes["w:id"])),
  ],
  [
    "w:endnoteReference",
    ({ attributes }, { line, notes }) => line.note(notes.mark("endnote", attributes["w:id"])),
  ],
  ["w:ruby", ruby],
  ["w:sdt", contentControl],
  ["w:hyperlink", hyperlink],
  ["w:fldChar", fieldMark],
  ["w:fldSimple", (element, reading) => simpleField(element, reading, () => readInline(element, reading))],
  ["w:instrText", (element, { fields }) => fields.instruct(textBelow(element))],
  ["m:oMath", (element, reading) => equation(element, reading, "inline")],
  ["m:oMathPara", equations],
  ["w:txbxContent", (element, { found }) => void found.boxes.push(element)],
  ["txBody", (element, { found }) => void found.boxes.push(element)],
  ["w:tbl", (element, { found }) => void found.tables.push(element)],
  ["chart", ({ attributes }, { found }) => linked(attributes["r:id"], found)],
  ["relIds", ({ attributes }, { found }) => linked(attributes["r:dm"], found)],
  ["docPr", ({ attributes }, reading) => picture(attributes.descr, reading)],
  ["OLEObject", ({ attributes }, { leftOut }) => leftOut.add(`object ${attributes.ProgID ?? ""}`)],
  ["w:control", ({ attributes }, { leftOut }) => leftOut.add(`control ${attributes["w:name"] ?? ""}`)],
  ["shape", vectorShape],
  ["textpath", ({ attributes }, reading) => say(attributes.string ?? "", reading)],
  ["mc:AlternateContent", alternative],
  // Properties, deleted and moved text are not text.
  ...["w:rPr", "w:pPr", "w:sdtPr", "w:del", "w:moveFrom", "w:delText", "w:delInstrText", "w:ffData"].map(
    (name): [string, Handler] => [name, nothing],
  ),
]);

function readRun(element: Xml, reading: InlineReading): void {
  const properties = find(element, "w:rPr");
  const before = reading.run;
  const style = reading.styles(valueAt(properties, "w:rStyle"));
  const own = fontOf(properties);
  const raise = valueAt(properties, "w:vertAlign");
  reading.run = {
    font: own === undefined ? (style.font ?? reading.style.font) : symbolFont(own),
    isRaised: raise === "superscript",
    looks: looksOf(properties, raise) | style.looks,
  };
  reading.line.look(reading.run.looks);
  readInline(element, reading);
  reading.run = before;
  reading.line.look(before.looks);
}

function looksOf(properties: Xml | undefined, raise: string | undefined): number {
  if (properties === undefined) return 0;
  const strong = isOn(find(properties, "w:b")) ? LOOKS.strong : 0;
  const em = isOn(find(properties, "w:i")) ? LOOKS.em : 0;
  const s = isOn(find(properties, "w:strike") ?? find(properties, "w:dstrike")) ? LOOKS.s : 0;
  return strong | em | s | (raise === "superscript" ? LOOKS.sup : raise === "subscript" ? LOOKS.sub : 0);
}

function text(element: Xml, reading: InlineReading): void {
  const { font, isRaised, looks } = reading.run;
  const raw = textBelow(element);
  const signs = font === undefined ? raw : symbolText(font, raw);
  if (!isRaised) {
    say(signs, reading);
    return;
  }
  const numbers = raised(signs);
  reading.line.look(numbers === signs ? looks : looks & ~LOOKS.sup);
  say(numbers, reading);
}

function symbol({ attributes }: Xml, reading: InlineReading): void {
  say(symbolOf(attributes["w:font"], Number.parseInt(attributes["w:char"] ?? "", 16)), reading);
}

/** The reading of a word follows the word, in brackets. */
function ruby(element: Xml, reading: InlineReading): void {
  for (const base of elements(element, "w:rubyBase")) readInline(base, reading);
  const readings = elements(element, "w:rt");
  if (readings.every((one) => textBelow(one) === "")) return;
  say("(", reading);
  for (const one of readings) readInline(one, reading);
  say(")", reading);
}

/** A check box without a sign of its own shows its state. */
function contentControl(element: Xml, reading: InlineReading): void {
  const { length } = reading.line.text;
  readInline(element, reading);
  const box = find(element, "w:sdtPr", "checkbox");
  if (box === undefined || reading.line.text.length > length) return;
  const checked = find(box, "checked")?.attributes.val;
  say(checked === "1" || checked === "true" ? TICKED : UNTICKED, reading);
}

function hyperlink(element: Xml, reading: InlineReading): void {
  const { "r:id": id, "w:anchor": anchor } = element.attributes;
  const target = reading.links.get(id ?? "");
  const address = target?.external === true ? safeAddress(target.target) : undefined;
  reading.line.link(address === undefined || anchor === undefined ? address : `${address}#${anchor}`);
  readInline(element, reading);
  reading.line.link(undefined);
}

function equations(element: Xml, reading: InlineReading): void {
  for (const one of elements(element)) {
    if (one.name === "m:oMath") equation(one, reading, "display");
    else if (one.name !== "m:oMathParaPr") (HANDLERS.get(one.name) ?? readInline)(one, reading);
  }
}

/** A space parts a formula from a number or word that it touches: 3 1/2, not 31/2. */
function equation(element: Xml, reading: InlineReading, place: EquationPlace): void {
  const text = linearMath(element);
  const { line, fields } = reading;
  if (text === "" || fields.takes(text)) return;
  const touches = /[\p{L}\p{N})]$/u.test(reading.tail.slice(-2)) && /^[\p{N}√∛∜(]/u.test(text);
  if (touches) line.write(" ");
  line.equation(element, place);
  reading.tail = text;
  reading.formulaEnd = /[/^_√∛∜¦]/u.test(text) ? line.text.length : -1;
}

function picture(description: string | undefined, { line, fields }: InlineReading): void {
  const words = (description ?? "").replace(/\s+/g, " ").trim();
  if (words !== "" && !fields.takes("")) line.picture(words);
}

/** A drawing of older programs; its description counts where it shows a picture. */
function vectorShape(element: Xml, reading: InlineReading): void {
  if (find(element, "imagedata") !== undefined) picture(element.attributes.alt, reading);
  readInline(element, reading);
}

/** The alternatives for older programs repeat the content. */
function alternative(element: Xml, reading: InlineReading): void {
  const [choice] = elements(element);
  if (choice !== undefined) readInline(choice, reading);
}

function linked(id: string | undefined, found: Found): void {
  if (id !== undefined) found.graphics.push(id);
}
