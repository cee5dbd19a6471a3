import { elements, find, type Xml } from "../docx/xml.ts";

/** The place of the layout that a shape fills. */
export interface Placeholder {
  /** `title`, `ctrTitle`, `subTitle`, `body`, `sldNum`, `dt`, `ftr`; "" for an object. */
  readonly type: string;
}

export function placeholderOf(shape: Xml): Placeholder | undefined {
  const placeholder = find(shape, "p:nvSpPr", "p:nvPr", "p:ph");
  return placeholder === undefined ? undefined : { type: placeholder.attributes.type ?? "" };
}

export function isTitle(shape: Xml): boolean {
  return /^(?:title|ctrTitle)$/.test(placeholderOf(shape)?.type ?? "");
}

/** Number, date and footer are those of the design and repeat on each slide. */
export function isOfDesign(shape: Xml): boolean {
  return /^(?:sldNum|dt|ftr|hdr|sldImg)$/.test(placeholderOf(shape)?.type ?? "");
}

/** The shapes of a tree in its order, those of groups among them; of alternatives the first one. */
export function shapesOf(tree: Xml): Xml[] {
  return elements(tree).flatMap((shape) => {
    if (shape.name === "p:grpSp") return shapesOf(shape);
    if (shape.name !== "mc:AlternateContent") return [shape];
    const [first] = elements(shape);
    return first === undefined ? [] : shapesOf(first);
  });
}
