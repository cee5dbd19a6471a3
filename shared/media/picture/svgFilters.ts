import type { SvgElement } from "./svgTags.ts";

/** Nanoseconds for each pixel of the usual filter primitive, as measured on one slow core. */
const USUAL = 100;
/** Octaves and radii beyond which the library does no more work. */
const MOST_OCTAVES = 9;
const MOST_RADIUS = 10;

type Primitive = (attributes: SvgElement["attributes"]) => number;

const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  feTurbulence: (attributes) => 200 * (1 + Math.min(MOST_OCTAVES, number(attributes, "numOctaves", 1))),
  feConvolveMatrix: (attributes) => USUAL + 30 * product(attributes, "order", 3),
  feMorphology: (attributes) => {
    const side = 2 * Math.min(MOST_RADIUS, number(attributes, "radius", 0)) + 1;
    return USUAL + 30 * side * side;
  },
  feGaussianBlur: () => 700,
  feDropShadow: () => 1_000,
  feDiffuseLighting: () => 500,
  feSpecularLighting: () => 500,
  feDisplacementMap: () => 1_800,
};

/** Nanoseconds that a filter takes for each pixel of its region. */
export function filterCost({ children }: SvgElement): number {
  return children
    .filter(({ name }) => name.startsWith("fe"))
    .reduce((sum, { name, attributes }) => sum + (PRIMITIVES[name]?.(attributes) ?? USUAL), 0);
}

/** The largest of one or two numbers; infinite for anything else, such as an entity. */
function number(attributes: SvgElement["attributes"], name: string, unsaid: number): number {
  return Math.max(...numbers(attributes, name, unsaid));
}

/** Two numbers multiplied, or one with itself. */
function product(attributes: SvgElement["attributes"], name: string, unsaid: number): number {
  const [first = unsaid, second = first] = numbers(attributes, name, unsaid);
  return first * second;
}

function numbers(attributes: SvgElement["attributes"], name: string, unsaid: number): readonly number[] {
  const text = attributes.get(name);
  if (text === undefined) return [unsaid];
  return text
    .trim()
    .split(/[\s,]+/, 2)
    .map((one) => (Number.isFinite(Number(one)) ? Math.abs(Number(one)) : 1_000));
}
