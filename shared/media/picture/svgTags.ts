import { unsupportedFormat } from "./format.ts";

/** An element of an SVG. */
export interface SvgElement {
  /** Without the prefix of its namespace. */
  readonly name: string;
  /** Attributes, and the declarations of `style`, which count more. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: SvgElement[];
}

/** The XML parser of the drawing library takes 256 levels and refuses a file with more. */
const DEEPEST = 400;

/**
 * Reads the elements of an SVG in one pass, without the checks of an XML parser: for an estimate only. Texts, comments
 * and declarations are left out.
 * @throws FileError `unsupported_format` if entities hold elements, whose number cannot be told
 */
export function svgElements(svg: string): SvgElement {
  const root: SvgElement = { name: "", attributes: new Map(), children: [] };
  const open = [root];
  for (const tag of tagsOf(svg)) {
    if (tag.startsWith("/")) {
      if (open.length > 1) open.pop();
      continue;
    }
    const element = elementOf(tag);
    open.at(-1)?.children.push(element);
    if (!tag.endsWith("/") && open.length < DEEPEST) open.push(element);
  }
  return root;
}

/** Content of each tag between `<` and `>`. */
function* tagsOf(svg: string): Generator<string> {
  for (let at = svg.indexOf("<"); at !== -1; ) {
    const end = endOf(svg, at);
    const content = svg.slice(at + 1, end);
    if (content.startsWith("!ENTITY")) refuseElements(content);
    if (!/^[!?]/.test(content)) yield content;
    at = svg.indexOf("<", end);
  }
}

/** Index of the `>` that ends the tag, comment or CDATA section at `at`. */
function endOf(svg: string, at: number): number {
  if (svg.startsWith("<!--", at)) return indexOr(svg, "-->", at);
  if (svg.startsWith("<![CDATA[", at)) return indexOr(svg, "]]>", at);
  // The declarations inside are read one by one.
  if (svg.startsWith("<!DOCTYPE", at)) return Math.min(indexOr(svg, "[", at), indexOr(svg, ">", at));
  const mark = /["'>]/g;
  mark.lastIndex = at;
  for (let found = mark.exec(svg); found !== null; found = mark.exec(svg)) {
    if (found[0] === ">") return found.index;
    mark.lastIndex = indexOr(svg, found[0], found.index + 1) + 1;
  }
  return svg.length;
}

function indexOr(svg: string, mark: string, from: number): number {
  const at = svg.indexOf(mark, from);
  return at === -1 ? svg.length : at;
}

function refuseElements(declaration: string): void {
  if (/<|&#(?:60|x3c);/i.test(declaration))
    throw unsupportedFormat("Images in SVG whose entities hold elements");
}

const ATTRIBUTE = /(?<![\w:.-])(?:[\w-]{1,40}:)?([\w.-]{1,40})\s{0,9}=\s{0,9}("[^"]*"|'[^']*')/g;
const DECLARATION = /(?<![\w-])([\w-]{1,40})\s{0,9}:([^;]*)/g;

function elementOf(tag: string): SvgElement {
  const name = /^(?:[\w-]{1,40}:)?([\w-]{1,40})/.exec(tag)?.[1] ?? "";
  const attributes = new Map<string, string>();
  for (const [, key = "", value = ""] of tag.matchAll(ATTRIBUTE)) attributes.set(key, value.slice(1, -1));
  for (const [, key = "", value = ""] of (attributes.get("style") ?? "").matchAll(DECLARATION))
    attributes.set(key, value.trim());
  return { name, attributes, children: [] };
}
