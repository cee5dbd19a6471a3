import { zipOf } from "../testing.ts";

const NAMES = [
  ...["office", "text", "table", "style", "presentation", "meta"].map(
    (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  ),
  'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"',
  'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"',
  'xmlns:xlink="http://www.w3.org/1999/xlink"',
  'xmlns:dc="http://purl.org/dc/elements/1.1/"',
].join(" ");

export interface OdfSpec {
  readonly parts?: Readonly<Record<string, string>>;
  /** Content of `office:automatic-styles`. */
  readonly styles?: string;
}

/** Makes an OpenDocument file: `kind` is `text`, `spreadsheet` or `presentation`. */
export function odfOf(kind: string, content: string, { parts = {}, styles = "" }: OdfSpec = {}): Buffer {
  const body = `<office:body><office:${kind}>${content}</office:${kind}></office:body>`;
  return zipOf({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    "content.xml": `<office:document-content ${NAMES}><office:automatic-styles>${styles}</office:automatic-styles>${body}</office:document-content>`,
    "meta.xml": `<office:document-meta ${NAMES}><office:meta><dc:title>T</dc:title><meta:initial-creator>Ann</meta:initial-creator></office:meta></office:document-meta>`,
    ...parts,
  });
}

/** Makes an EPUB book of these chapters, which the spine has in turned order. */
export function epubOf(chapters: readonly string[], parts: Readonly<Record<string, string>> = {}): Buffer {
  const items = chapters.map(
    (_, at) => `<item id="c${at}" href="text/c%20${at}.xhtml" media-type="application/xhtml+xml"/>`,
  );
  const spine = chapters.map((_, at) => `<itemref idref="c${chapters.length - 1 - at}"/>`);
  return zipOf({
    mimetype: "application/epub+zip",
    "META-INF/container.xml":
      '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
    "OEBPS/book.opf": `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Book</dc:title><dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator><dc:language>en</dc:language></metadata><manifest>${items.join("")}</manifest><spine>${spine.join("")}</spine></package>`,
    ...Object.fromEntries(
      chapters.map((chapter, at) => [
        `OEBPS/text/c ${at}.xhtml`,
        `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>${at}</title></head><body>${chapter}</body></html>`,
      ]),
    ),
    ...parts,
  });
}
