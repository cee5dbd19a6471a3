import { entryOf } from "../own.ts";

type Attributes = Readonly<Record<string, string>>;

/** Names of `meta` elements, each with the field that it goes to; the first one that is there counts. */
const FIELDS: Readonly<Record<string, string>> = {
  author: "author",
  "article:author": "author",
  "dc.creator": "author",
  description: "description",
  "og:description": "description",
  keywords: "keywords",
  generator: "creator",
  "dc.title": "title",
  "og:title": "title",
  "dc.subject": "subject",
  "dc.language": "language",
  "article:published_time": "created",
  "dcterms.created": "created",
  "article:modified_time": "modified",
  "dcterms.modified": "modified",
};
const LONGEST = 2_000;

/** What a page says of itself. */
export class HeadReader {
  base: string | undefined;
  readonly #found = new Map<string, string>();
  #title: string | undefined;
  #isInTitle = false;
  #isDrawing = false;

  open(name: string, attributes: Attributes): void {
    if (name === "svg") this.#isDrawing = true;
    if (name === "title" && this.#title === undefined && !this.#isDrawing) {
      this.#title = "";
      this.#isInTitle = true;
    }
    if (name === "html" && attributes.lang) this.#keep("language", attributes.lang);
    if (name === "base" && this.base === undefined) this.#setBase(attributes.href ?? "");
    if (name === "meta") this.#meta(attributes);
  }

  /** A long one is left out, since each link would repeat it. */
  #setBase(href: string): void {
    if (href.length <= LONGEST && URL.canParse(href)) this.base = href;
  }

  #meta({ name, property, content = "" }: Attributes): void {
    const field = entryOf(FIELDS, (name ?? property ?? "").toLowerCase());
    if (field !== undefined) this.#keep(field, content);
  }

  text(text: string): void {
    if (this.#isInTitle && (this.#title ?? "").length < LONGEST) this.#title = (this.#title ?? "") + text;
  }

  close(name: string): void {
    if (name === "title") this.#isInTitle = false;
    if (name === "svg") this.#isDrawing = false;
  }

  metadata(): Record<string, string | null> {
    const title = (this.#title ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST);
    const found = Object.fromEntries(this.#found);
    const dates = ["created", "modified"].map((name) => [name, dateOf(found[name])]);
    return { ...found, ...Object.fromEntries(dates), ...(title === "" ? {} : { title }) };
  }

  #keep(field: string, value: string): void {
    const text = value.trim().slice(0, LONGEST);
    if (text !== "" && !this.#found.has(field)) this.#found.set(field, text);
  }
}

function dateOf(text: string | undefined): string | null {
  return text === undefined || Number.isNaN(Date.parse(text)) ? null : text;
}
