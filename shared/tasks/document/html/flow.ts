import { FileError } from "../../../errors.ts";
import type { DocxBlock, ListItem } from "../docx/blocks.ts";
import type { Form } from "../docx/form/form.ts";
import type { Line } from "../docx/inline/line.ts";
import { singleSpaced } from "../reading/white.ts";

/** Most blocks of one page; a book has about 10,000. */
const MOST_BLOCKS = 500_000;

/** Counts the blocks of a page over all its cells. */
export interface BlockCount {
  blocks: number;
}

/** Text that flows from line to line: of a page, or of a cell. */
export class Flow {
  readonly blocks: DocxBlock[] = [];
  /** Level of the heading that is open. */
  heading: number | null = null;
  /** Item whose first paragraph is yet to come. */
  item: ListItem | null = null;
  /** Number of elements that are open and keep their white space. */
  kept = 0;
  readonly #form: Form;
  readonly #count: BlockCount;
  #line: Line | undefined;
  #hasText = false;
  #endsInSpace = true;

  constructor(form: Form, count: BlockCount) {
    this.#form = form;
    this.#count = count;
  }

  /** The line that is open; asking for it opens one. */
  get line(): Line {
    this.#line ??= this.#form.line();
    return this.#line;
  }

  get isLineOpen(): boolean {
    return this.#line !== undefined;
  }

  write(text: string): void {
    const shown = this.kept > 0 ? text.replace(/\r\n?/g, "\n") : this.#collapsed(text);
    if (shown === "") return;
    this.line.write(shown);
    this.#endsInSpace = /\s$/.test(shown);
    this.#hasText ||= /\S/.test(shown);
  }

  lineBreak(): void {
    if (this.#line === undefined) return;
    this.line.write("\n");
    this.#endsInSpace = true;
  }

  picture(description: string): void {
    this.line.picture(description);
    this.#endsInSpace = false;
    this.#hasText = true;
  }

  add(block: DocxBlock): void {
    this.#count.blocks += 1;
    if (this.#count.blocks > MOST_BLOCKS) {
      throw new FileError(
        "too_large",
        `The page has more than ${MOST_BLOCKS} paragraphs. This limit is fixed; split the page.`,
      );
    }
    this.blocks.push(block);
  }

  /** Ends the paragraph that is open; one without text is none. */
  end(): void {
    const line = this.#line;
    this.#line = undefined;
    this.#endsInSpace = true;
    if (line === undefined || !this.#hasText) return;
    this.#hasText = false;
    const { heading, item } = this;
    const [text, rendered] = [trimmed(line.text), trimmed(line.rendered)];
    this.item = null;
    this.add({
      kind: "paragraph",
      text,
      rendered,
      style: "",
      heading_level: heading,
      list: item,
      in_text_box: false,
    });
  }

  #collapsed(text: string): string {
    const single = singleSpaced(text);
    return this.#endsInSpace && single.startsWith(" ") ? single.slice(1) : single;
  }
}

/** Without empty lines around, and spaces at its end; those at the start of the first line may be meant. */
function trimmed(text: string): string {
  const shown = text.trimEnd();
  const start = shown.slice(0, shown.search(/[^ \t\n]|$/)).lastIndexOf("\n") + 1;
  return shown.slice(start);
}
