import { Parser } from "htmlparser2";
import { FileError } from "../../../errors.ts";
import type { JsonObject, StepFile } from "../../task.ts";
import type { DocxBlock } from "../docx/blocks.ts";
import { FORMS, type Form } from "../docx/form/form.ts";
import { LeftOut } from "../docx/leftOut.ts";
import type { DocumentOptions } from "../options.ts";
import { decodedFile } from "../plain.ts";
import { readingFields } from "../reading/fields.ts";
import type { DocumentLink } from "../reading/reading.ts";
import { statedEncoding } from "./encoding.ts";
import { HeadReader } from "./head.ts";
import { NEVER_SHOWN } from "./names.ts";
import { ShownPage } from "./page.ts";

/** Makes the fields of a page of HTML or XHTML. @throws FileError `too_large`, `wrong_type` */
export async function htmlFields(file: StepFile, options: DocumentOptions): Promise<JsonObject> {
  const { text, encoding } = await decodedFile(file, statedEncoding);
  const leftOut = new LeftOut();
  const page = readPage(text, FORMS[options.format], leftOut);
  const section = {
    kind: "text",
    title: page.metadata.title ?? "",
    hidden: false,
    parts: page.blocks,
  } as const;
  return readingFields(
    {
      document_type: "HTML",
      media_type: page.isXhtml ? "application/xhtml+xml" : "text/html",
      encoding,
      metadata: page.metadata,
      sections: [section],
      links: page.links,
      left_out: leftOut.counts(),
    },
    options,
  );
}

export interface HtmlReading {
  readonly blocks: readonly DocxBlock[];
  readonly links: readonly DocumentLink[];
  readonly metadata: Readonly<Record<string, string | null>>;
  readonly isXhtml: boolean;
}

/** Deepest nesting of elements, and most of their ends: the parser looks for the beginning of each among those open. */
const DEEPEST = 2_000;
const MOST_ENDS = 3_000_000;

/** Reads what a page shows. Nothing in it runs and nothing is loaded. @throws FileError `too_large` */
export function readPage(html: string, form: Form, leftOut: LeftOut): HtmlReading {
  if (html.split("</").length > MOST_ENDS) throw tooLarge(`has more than ${MOST_ENDS} elements`);
  const isXhtml =
    /^[^<]{0,100}<\?xml\s|^[\s\S]{0,200}<(?:!doctype[^>]{0,100}xhtml|html[^>]{0,200}1999\/xhtml)/i.test(
      html.slice(0, 1_000),
    );
  const reader = new Reader(new ShownPage(form, leftOut), leftOut);
  const parser = new Parser(reader, { recognizeSelfClosing: isXhtml, recognizeCDATA: isXhtml });
  parser.write(html);
  parser.end();
  return {
    blocks: reader.page.blocks(),
    links: reader.page.links,
    metadata: reader.head.metadata(),
    isXhtml,
  };
}

type Attributes = Readonly<Record<string, string>>;

/** Passes on to the page what is shown, and to its head what describes it. */
class Reader {
  readonly head = new HeadReader();
  readonly page: ShownPage;
  readonly #leftOut: LeftOut;
  /** Names of the elements that are open within the one that is not shown, itself first. */
  readonly #unseen: string[] = [];
  #depth = 0;

  constructor(page: ShownPage, leftOut: LeftOut) {
    this.page = page;
    this.#leftOut = leftOut;
  }

  onopentag(name: string, attributes: Attributes): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw tooLarge(`nests elements more than ${DEEPEST} deep`);
    this.head.open(name, attributes);
    this.page.base = this.head.base;
    if (this.#unseen.length > 0 || isUnseen(name, attributes)) this.#unseen.push(name);
    else this.page.open(name, attributes);
    if (/^(?:iframe|object|embed|canvas|audio|video)$/.test(name)) this.#leftOut.add(name);
    // A body shows again what a head that was never closed does not.
    if (name === "body") this.#unseen.length = 0;
  }

  ontext(text: string): void {
    this.head.text(text);
    if (this.#unseen.length === 0) this.page.text(text);
  }

  onclosetag(name: string): void {
    this.#depth -= 1;
    this.head.close(name);
    if (this.#unseen.length > 0) this.#unseen.pop();
    else this.page.close(name);
  }
}

/** Whether a page hides an element: by its kind, an attribute or its own style. Sheets of styles are not read. */
function isUnseen(name: string, { hidden, style = "" }: Attributes): boolean {
  return (
    NEVER_SHOWN.has(name) || hidden !== undefined || /display\s*:\s*none|visibility\s*:\s*hidden/i.test(style)
  );
}

function tooLarge(what: string): FileError {
  return new FileError("too_large", `The page ${what}. This limit is fixed; split the page.`);
}
