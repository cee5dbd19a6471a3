import { relationships, zipOf } from "../testing.ts";

export interface SlideSpec {
  /** Content of `p:spTree`. */
  readonly shapes: string;
  /** Attributes of `p:sld`. */
  readonly attributes?: string;
  readonly links?: Parameters<typeof relationships>[0];
}

const NAMES =
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

/** Makes a presentation whose first slide is in the part with the highest number. */
export function pptxOf(slides: readonly SlideSpec[], parts: Readonly<Record<string, string>> = {}): Buffer {
  const named = slides.map((slide, at) => ({ ...slide, name: `slide${slides.length - at}`, id: `s${at}` }));
  const list = named.map(({ id }, at) => `<p:sldId id="${256 + at}" r:id="${id}"/>`).join("");
  const own = named.flatMap(
    ({ name, shapes, attributes = "", links = [] }): (readonly [string, string])[] => [
      [`ppt/slides/${name}.xml`, drawn("sld", `<p:cSld><p:spTree>${shapes}</p:spTree></p:cSld>`, attributes)],
      [`ppt/slides/_rels/${name}.xml.rels`, relationships(links)],
    ],
  );
  return zipOf({
    "[Content_Types].xml":
      "<Types>application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml</Types>",
    "_rels/.rels": relationships([["r1", "officeDocument", "ppt/presentation.xml"]]),
    "ppt/presentation.xml": drawn("presentation", `<p:sldIdLst>${list}</p:sldIdLst>`),
    "ppt/_rels/presentation.xml.rels": relationships(
      named.map(({ id, name }) => [id, "slide", `slides/${name}.xml`] as const),
    ),
    ...Object.fromEntries(own),
    ...parts,
  });
}

/** Makes a part in PowerPoint's namespace. */
export function drawn(root: string, content: string, attributes = ""): string {
  return `<p:${root} ${NAMES} ${attributes}>${content}</p:${root}>`;
}

/** Makes a shape; `type` is the place of the layout that it fills. */
export function shape(paragraphs: string, type?: string): string {
  const place = type === undefined ? "" : `<p:ph type="${type}"/>`;
  return `<p:sp><p:nvSpPr><p:nvPr>${place}</p:nvPr></p:nvSpPr><p:txBody>${paragraphs}</p:txBody></p:sp>`;
}

/** Makes a paragraph of one run. */
export function said(text: string, properties = ""): string {
  return `<a:p>${properties}<a:r><a:t>${text}</a:t></a:r></a:p>`;
}
