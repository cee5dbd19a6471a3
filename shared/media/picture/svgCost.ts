import { FileError } from "../../errors.ts";
import { type DrawingCost, flat, NOTHING, ONE, scaled, sum, times } from "./drawingCost.ts";
import { filterCost } from "./svgFilters.ts";
import { type Area, areaOf, fractionOf, type Sizes, scaleOf, sizesOf } from "./svgSizes.ts";
import { type SvgElement, svgElements } from "./svgTags.ts";

/** Most nanoseconds of estimated drawing. Logos, charts and maps take less than a tenth of it. */
const MOST_NS = 5e9;

/** Nanoseconds for each pixel, as measured on one slow core. */
const SHAPE = 1;
const GRADIENT = 30;
const LAYER = 2;
const MASK = 20;

/** Elements that are drawn only where another one refers to them. */
const REFERRED: ReadonlySet<string> = new Set(
  "defs symbol clipPath mask pattern marker filter linearGradient radialGradient style script metadata".split(
    " ",
  ),
);
const TEXTS: ReadonlySet<string> = new Set(["text", "tspan", "textPath"]);

/** Characters of a text that are drawn side by side. */
const LETTERS = 20;
/** Most elements that are drawn, each as often as others refer to it; one takes some microseconds. */
const MOST_ELEMENTS = 500_000;

const { POSITIVE_INFINITY: ENDLESS } = Number;
/** Size of an SVG that does not say it: so small that each shape counts as covering all of it. */
const UNKNOWN: Area = { width: 1, height: 1 };
/** Most elements inside each other, those that others refer to included; drawings have some tens. */
const DEEPEST = 600;

/**
 * Estimates how long each pixel of an SVG takes to draw, in one pass over its elements. An element counts as often as
 * others refer to it, a filter by its primitives and the size of its region.
 * @throws FileError `unsupported_format` as `svgElements`
 */
export function svgCost(svg: Buffer): number {
  const { ns, elements } = new Estimate(textOf(svg), UNKNOWN).total();
  return elements > MOST_ELEMENTS ? ENDLESS : ns;
}

/** @throws FileError `too_large` if the drawing of so many pixels would take too long */
export function refuseEndlessSvg(nsPerPixel: number, { width, height }: Area): void {
  const ns = nsPerPixel * width * height;
  if (ns <= MOST_NS) return;
  if (!Number.isFinite(ns))
    throw new FileError("too_large", "The elements of this SVG repeat each other too often.");
  const seconds = `${Math.round(ns / 1e9)} s, and ${MOST_NS / 1e9} s is the limit`;
  const size = `${Math.round(width)} x ${Math.round(height)} pixels`;
  const what = `Drawing this SVG at ${size} would take too long: its filters, masks and shapes are estimated at ${seconds}`;
  throw new FileError("too_large", `${what}. Make it smaller, or simplify its filters.`);
}

function textOf(svg: Buffer): string {
  if (svg[0] === 0xfe && svg[1] === 0xff)
    return Buffer.from(svg.subarray(0, svg.length & ~1))
      .swap16()
      .toString("utf16le");
  const isWide = (svg[0] === 0xff && svg[1] === 0xfe) || svg[1] === 0;
  return svg.toString(isWide ? "utf16le" : "utf8");
}

class Estimate {
  readonly #root: SvgElement;
  readonly #sizes: Sizes;
  readonly #byId = new Map<string, SvgElement>();
  /** Costs of what elements refer to; undefined while one is being estimated, so that a circle ends. */
  readonly #known = new Map<SvgElement, DrawingCost | undefined>();
  /** A style sheet may apply any filter to any element. */
  readonly #sheetFilter: number;
  readonly #sheetPaint: number;
  #depth = 0;

  constructor(svg: string, size: Area) {
    const root = svgElements(svg);
    this.#root = root;
    const [top] = root.children.filter(({ name }) => name === "svg");
    this.#sizes = sizesOf(svg, areaOf(top, size));
    let costliest = 0;
    for (const element of everyElement(root)) {
      const id = element.attributes.get("id");
      if (id !== undefined) this.#byId.set(id, element);
      if (element.name === "filter") costliest = Math.max(costliest, filterCost(element));
    }
    const isStyled = [...everyElement(root)].some(({ name }) => name === "style");
    this.#sheetFilter = isStyled ? costliest : 0;
    this.#sheetPaint = isStyled ? 1 + GRADIENT : 1;
  }

  total(): DrawingCost {
    const drawn = this.#root.children.map((svg) => sum([this.#inside(svg), ...this.#effects(svg)]));
    return times(sum(drawn), this.#sheetPaint);
  }

  #inside({ children }: SvgElement): DrawingCost {
    return sum(children.filter(({ name }) => !REFERRED.has(name)).map((child) => this.#drawn(child)));
  }

  #drawn(element: SvgElement): DrawingCost {
    if (this.#depth > DEEPEST) return flat(ENDLESS);
    this.#depth += 1;
    const inside = times(this.#inside(element), paintsOf(element).length > 0 ? 1 + GRADIENT : 1);
    const all = sum([ONE, this.#own(element), inside, ...this.#effects(element)]);
    this.#depth -= 1;
    return scaled(all, scaleOf(element, this.#sizes.canvas));
  }

  /** The element itself without its children and effects. */
  #own(element: SvgElement): DrawingCost {
    const { name, attributes } = element;
    if (name === "use") return this.#used(element);
    if (TEXTS.has(name)) return this.#text();
    if (name === "image" && isSvg(attributes.get("href")))
      return this.#embedded(attributes.get("href") ?? "");
    const fraction = fractionOf(element, this.#sizes);
    if (fraction === undefined) return NOTHING;
    const paints = paintsOf(element);
    const most = SHAPE + paints.length * GRADIENT;
    return sum([{ ns: fraction * most, most, elements: 0 }, ...paints.map((paint) => this.#referred(paint))]);
  }

  /** A symbol is drawn within the sides of its use. */
  #used(element: SvgElement): DrawingCost {
    const href = element.attributes.get("href");
    const cost = this.#referred(href);
    if (this.#target(href)?.name !== "symbol") return cost;
    return { ...cost, ns: Math.min(cost.ns, cost.most * (fractionOf(element, this.#sizes) ?? 1)) };
  }

  #text(): DrawingCost {
    const { canvas, font } = this.#sizes;
    return { ns: SHAPE * Math.min(1, (LETTERS * font * font) / canvas), most: SHAPE, elements: 0 };
  }

  /** An SVG in an SVG covers the whole drawing at most. */
  #embedded(href: string): DrawingCost {
    const at = href.indexOf(",") + 1;
    const isBase64 = href.slice(0, at).includes(";base64");
    const data = isBase64 ? Buffer.from(href.slice(at), "base64") : Buffer.from(unescaped(href.slice(at)));
    // Packed data would have to be unpacked first.
    if (data[0] === 0x1f) return flat(ENDLESS);
    const side = Math.sqrt(this.#sizes.canvas);
    const { most, elements } = new Estimate(textOf(data), { width: side, height: side }).total();
    return { ns: most, most, elements };
  }

  #effects(element: SvgElement): DrawingCost[] {
    const { attributes } = element;
    const effects = ["mask", "clip-path", "marker-start", "marker-mid", "marker-end", "marker"]
      .filter((name) => attributes.has(name))
      .map((name) => sum([flat(MASK), this.#referred(attributes.get(name))]));
    const layers = attributes.has("opacity") || attributes.has("mix-blend-mode") ? [flat(LAYER)] : [];
    return [...effects, ...layers, ...this.#filters(element)];
  }

  #filters(element: SvgElement): DrawingCost[] {
    const own = this.#target(element.attributes.get("filter"));
    const found = own === undefined ? this.#sheetFilter : filterCost(own);
    if (found === 0) return [];
    const region = own === undefined ? 1 : this.#region(own, element);
    const images = (own?.children ?? []).map(({ attributes }) => this.#referred(attributes.get("href")));
    return [{ ns: found * region, most: found, elements: 0 }, ...images];
  }

  /** Share of the drawing that a filter covers: its own size in user units, or some more than the shape's. */
  #region(filter: SvgElement, element: SvgElement): number {
    if (filter.attributes.get("filterUnits") === "userSpaceOnUse")
      return fractionOf(filter, this.#sizes) ?? 1;
    const isUsual = !["width", "height"].some((side) => filter.attributes.has(side));
    return isUsual ? Math.min(1, 1.5 * (fractionOf(element, this.#sizes) ?? 1)) : 1;
  }

  #target(reference: string | undefined): SvgElement | undefined {
    const id = /#([^\s"')]{1,200})/.exec(reference ?? "")?.[1];
    return id === undefined ? undefined : this.#byId.get(id);
  }

  #referred(reference: string | undefined): DrawingCost {
    const target = this.#target(reference);
    if (target === undefined) return NOTHING;
    if (!this.#known.has(target)) this.#known.set(target, this.#followed(target));
    return this.#known.get(target) ?? NOTHING;
  }

  /** A circle of references ends at its first element; the library draws none of it. */
  #followed(target: SvgElement): DrawingCost {
    this.#known.set(target, undefined);
    return this.#drawn(target);
  }
}

/** Gradients and patterns of an element, which its children may inherit. */
function paintsOf({ attributes }: SvgElement): string[] {
  return ["fill", "stroke"]
    .map((name) => attributes.get(name) ?? "")
    .filter((paint) => paint.includes("url("));
}

function* everyElement(root: SvgElement): Generator<SvgElement> {
  const open = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    for (const child of next.children) open.push(child);
  }
}

function isSvg(href = ""): boolean {
  return /^\s{0,99}data:image\/svg/i.test(href);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
