import type { DocxBlock } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import { LOOKS } from "../docx/inline/line.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import { entryOf } from "../own.ts";
import type { DocumentLink } from "../reading/reading.ts";
import { type BlockCount, Flow } from "./flow.ts";
import { HtmlLists } from "./lists.ts";
import { BLOCKS, FOLLOWED, HEADING } from "./names.ts";
import { OpenTable } from "./tables.ts";

type Attributes = Readonly<Record<string, string>>;

/** Tables in tables beyond this depth are read as paragraphs. */
const DEEPEST_TABLE = 50;
/** Most links that are kept; a result lists fewer. */
const MOST_LINKS = 60_000;

const LOOK_OF: Readonly<Record<string, number>> = {
  ...{ b: LOOKS.strong, strong: LOOKS.strong, i: LOOKS.em, em: LOOKS.em, cite: LOOKS.em, dfn: LOOKS.em },
  ...{ s: LOOKS.s, strike: LOOKS.s, del: LOOKS.s, sup: LOOKS.sup, sub: LOOKS.sub },
};

/** Whether a link is the label of a note, as programs say it: EPUB and ARIA, or LibreOffice. */
function isNoteLabel({ role = "", class: classes = "", ...others }: Attributes): boolean {
  return (
    /\b(?:doc-)?noteref\b/.test(`${others["epub:type"] ?? ""} ${role}`) ||
    /^sd(?:foot|end)note(?:anc|sym)$/.test(classes)
  );
}

/** The text of a page as a reader sees it, built from the elements that it shows. */
export class ShownPage {
  readonly links: DocumentLink[] = [];
  /** Address that relative ones start from. */
  base: string | undefined;
  readonly #form: Form;
  readonly #leftOut: LeftOut;
  readonly #count: BlockCount = { blocks: 0 };
  readonly #flows: Flow[];
  readonly #tables: OpenTable[] = [];
  /** Tables that are open and too deep to be read as such. */
  #tooDeep = 0;
  readonly #lists = new HtmlLists();
  readonly #looks: number[] = [];
  /** Whether the link that is open leads to a note. */
  #isNote = false;
  #link: { readonly target: string; text: string } | undefined;

  constructor(form: Form, leftOut: LeftOut) {
    this.#form = form;
    this.#leftOut = leftOut;
    this.#flows = [new Flow(form, this.#count)];
  }

  open(name: string, attributes: Attributes): void {
    if (BLOCKS.has(name)) this.#openBlock(name, attributes);
    const look = entryOf(LOOK_OF, name);
    if (look !== undefined) this.#looked(look);
    if (name === "a") this.#openAnchor(attributes);
    if (name === "br") this.#flow.lineBreak();
    if (name === "img" && attributes.alt?.trim()) this.#picture(attributes.alt.trim());
    if (name === "q") this.text("\u201c");
    if (name === "rt") this.text("(");
    if (name === "input") this.#input(attributes);
  }

  close(name: string): void {
    if (Object.hasOwn(LOOK_OF, name)) this.#unlooked();
    if (name === "a") this.#closeAnchor();
    if (name === "q") this.text("\u201d");
    if (name === "rt") this.text(")");
    if (BLOCKS.has(name)) this.#closeBlock(name);
  }

  /** The label of a note stands in brackets, as in other formats: it would belong to its word. */
  #openAnchor(attributes: Attributes): void {
    this.#closeAnchor();
    const isRaised = ((this.#looks.at(-1) ?? 0) & LOOKS.sup) !== 0 && attributes.href?.includes("#") === true;
    this.#isNote = isRaised || isNoteLabel(attributes);
    this.#openLink(attributes.href);
    if (this.#isNote) this.text("[");
  }

  #closeAnchor(): void {
    if (this.#isNote) this.text("]");
    this.#isNote = false;
    this.#closeLink();
  }

  text(text: string): void {
    const flow = this.#flow;
    if (!flow.isLineOpen) this.#resume(flow);
    flow.write(text);
    if (this.#link !== undefined && this.#link.text.length < 1_000) this.#link.text += text;
  }

  blocks(): readonly DocxBlock[] {
    this.#closeLink();
    while (this.#tables.length > 0) this.#closeTable();
    this.#flow.end();
    return this.#flow.blocks;
  }

  /** Cells have a flow of their own; there is always that of the page. */
  get #flow(): Flow {
    const flow = this.#flows.at(-1) ?? new Flow(this.#form, this.#count);
    if (this.#flows.length === 0) this.#flows.push(flow);
    return flow;
  }

  #openBlock(name: string, attributes: Attributes): void {
    const flow = this.#endLine();
    const level = HEADING.exec(name)?.[1];
    if (level !== undefined) flow.heading = Number(level);
    if (name === "pre" || name === "xmp" || name === "listing") flow.kept += 1;
    if (name === "ul" || name === "ol" || name === "menu") this.#lists.open(name, attributes);
    if (name === "li") flow.item = this.#lists.item(attributes);
    this.#openPartOfTable(name, attributes);
  }

  #closeBlock(name: string): void {
    const flow = this.#endLine();
    if (HEADING.test(name)) flow.heading = null;
    if (name === "pre" || name === "xmp" || name === "listing") flow.kept = Math.max(0, flow.kept - 1);
    if (name === "ul" || name === "ol" || name === "menu") this.#lists.close();
    if (name === "li") flow.item = null;
    this.#closePartOfTable(name);
  }

  #closePartOfTable(name: string): void {
    if (this.#tooDeep > 0) {
      if (name === "table") this.#tooDeep -= 1;
      return;
    }
    if (name === "td" || name === "th") this.#closeCell();
    if (name === "table") this.#closeTable();
    const table = this.#tables.at(-1);
    if (name === "thead" && table !== undefined) table.isHead = false;
  }

  #openPartOfTable(name: string, attributes: Attributes): void {
    if (name === "table") this.#openTable();
    const table = this.#tables.at(-1);
    if (table === undefined || this.#tooDeep > 0) return;
    if (name === "thead") table.isHead = true;
    if (name === "tr") table.openRow();
    if (name === "td" || name === "th") {
      if (this.#flows.length > this.#tables.length) this.#closeCell();
      table.openCell(name, attributes);
      this.#flows.push(new Flow(this.#form, this.#count));
    }
  }

  #openTable(): void {
    if (this.#tables.length < DEEPEST_TABLE) this.#tables.push(new OpenTable(this.#form));
    else this.#tooDeep += 1;
  }

  #closeCell(): void {
    const table = this.#tables.at(-1);
    if (table === undefined || this.#flows.length <= this.#tables.length) return;
    this.#endLine();
    table.closeCell(this.#flows.pop()?.blocks ?? []);
  }

  #closeTable(): void {
    this.#closeCell();
    const table = this.#tables.pop()?.close();
    this.#endLine();
    if (table !== undefined) this.#flow.add(table);
  }

  /** Ends the line; a link or look that is open goes on in the next one. */
  #endLine(): Flow {
    const flow = this.#flow;
    if (flow.isLineOpen && this.#link !== undefined) flow.line.link(undefined);
    flow.end();
    return flow;
  }

  #resume({ line }: Flow): void {
    const look = this.#looks.at(-1) ?? 0;
    if (look !== 0) line.look(look);
    if (this.#link !== undefined && isFollowed(this.#link.target)) line.link(this.#link.target);
  }

  #looked(look: number): void {
    this.#looks.push((this.#looks.at(-1) ?? 0) | look);
    if (this.#flow.isLineOpen) this.#flow.line.look(this.#looks.at(-1) ?? 0);
  }

  #unlooked(): void {
    this.#looks.pop();
    if (this.#flow.isLineOpen) this.#flow.line.look(this.#looks.at(-1) ?? 0);
  }

  #openLink(href: string | undefined): void {
    this.#closeLink();
    const target = this.#addressOf(href?.trim() ?? "");
    if (target === "") return;
    this.#link = { target, text: "" };
    if (this.#flow.isLineOpen && isFollowed(target)) this.#flow.line.link(target);
  }

  #closeLink(): void {
    if (this.#link === undefined) return;
    if (this.#flow.isLineOpen) this.#flow.line.link(undefined);
    const { target, text } = this.#link;
    this.#link = undefined;
    if (this.links.length < MOST_LINKS) this.links.push({ text: text.replace(/\s+/g, " ").trim(), target });
    else this.#leftOut.add("link");
  }

  /** Places within the page are no addresses, nor is code. */
  #addressOf(href: string): string {
    if (
      href === "" ||
      href.startsWith("#") ||
      /^(?:javascript|vbscript|data):/i.test(href.replace(/\s/g, ""))
    )
      return "";
    if (this.base === undefined) return href;
    return URL.canParse(href, this.base) ? new URL(href, this.base).href : href;
  }

  #picture(description: string): void {
    const flow = this.#flow;
    if (!flow.isLineOpen) this.#resume(flow);
    flow.picture(description);
  }

  /** What stands in a field, and the words on a button. */
  #input({ type = "text", value = "" }: Attributes): void {
    if (!/^(?:hidden|checkbox|radio|password|image|file|color|range)$/i.test(type)) this.text(value);
  }
}

function isFollowed(target: string): boolean {
  return FOLLOWED.test(target) || !/^[a-z][\w+.-]*:/i.test(target);
}
