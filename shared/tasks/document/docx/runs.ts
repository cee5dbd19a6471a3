import type { Notes } from "./notes.ts";
import { elements, textBelow, type Xml } from "./xml.ts";

/** Contents of the runs of a paragraph other than its text. */
export interface Found {
  /** `w:txbxContent` of text boxes that are anchored in the paragraph. */
  readonly boxes: Xml[];
  /** Tables inside a run, where Word allows none. */
  readonly tables: Xml[];
  /** Ids of the relationships to charts and diagrams. */
  readonly graphics: string[];
}

/** Text of the contents of a paragraph; contents that are not text add "". */
export function inlineText(parent: Xml, notes: Notes, found: Found): string {
  return elements(parent)
    .map((child) => (HANDLERS[child.name] ?? HANDLERS.inside ?? nothing)(child, notes, found))
    .join("");
}

type Handler = (element: Xml, notes: Notes, found: Found) => string;

const nothing: Handler = () => "";
const verbatim: Handler = (element) => textBelow(element);

/** Handlers by element. All other elements are searched: hyperlinks, fields, content controls, insertions, drawings. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  inside: inlineText,
  "w:t": verbatim,
  "m:t": verbatim,
  "w:tab": () => "\t",
  "w:ptab": () => "\t",
  "w:br": () => "\n",
  "w:cr": () => "\n",
  "w:noBreakHyphen": () => "\u2011",
  "w:softHyphen": () => "\u00ad",
  "w:sym": symbol,
  "w:footnoteReference": (element, notes) => notes.mark("footnote", element.attributes["w:id"]),
  "w:endnoteReference": (element, notes) => notes.mark("endnote", element.attributes["w:id"]),
  "w:rt": (element, notes, found) => `(${inlineText(element, notes, found)})`,
  "w:txbxContent": (element, _, found) => {
    found.boxes.push(element);
    return "";
  },
  "w:tbl": (element, _, found) => {
    found.tables.push(element);
    return "";
  },
  chart: (element, _, found) => linked(element.attributes["r:id"], found),
  relIds: (element, _, found) => linked(element.attributes["r:dm"], found),
  // The alternative for older programs repeats the content.
  "mc:AlternateContent": (element, notes, found) => {
    const [choice] = elements(element);
    return choice === undefined ? "" : inlineText(choice, notes, found);
  },
  // Properties, deleted and moved text, and the instructions behind fields are not text.
  "w:rPr": nothing,
  "w:pPr": nothing,
  "w:sdtPr": nothing,
  "w:del": nothing,
  "w:moveFrom": nothing,
  "w:delText": nothing,
  "w:instrText": nothing,
};

function linked(id: string | undefined, found: Found): string {
  if (id !== undefined) found.graphics.push(id);
  return "";
}

/** A character of a symbol font; private codes of such fonts have no meaning outside of the font and are dropped. */
function symbol({ attributes }: Xml): string {
  const code = Number.parseInt(attributes["w:char"] ?? "", 16);
  const isPrivate = code >= 0xe000 && code <= 0xf8ff;
  return Number.isNaN(code) || isPrivate || code > 0xffff ? "" : String.fromCharCode(code);
}
