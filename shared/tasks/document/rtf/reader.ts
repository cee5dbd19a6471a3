import { FileError } from "../../../errors.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import { addressOf } from "../reading/hyperlink.ts";
import { decodedBytes, pageOfCharset, pageOfNumber } from "./charsets.ts";
import type { RtfDocument, RtfStyle } from "./document.ts";
import type { RtfToken } from "./tokens.ts";
import { CHARACTERS, INFO, READ, SKIPPED } from "./words.ts";

/** What text of a group is for. */
type Purpose = "text" | "skipped" | "fonts" | "field" | "author" | "info";

interface Group extends RtfStyle {
  readonly purpose: Purpose;
  readonly page: string;
  /** Number of characters that stand in for one of Unicode, behind it. */
  readonly standIns: number;
  readonly hidden: boolean;
  /** Whether a star marks its destination as one that may be skipped. */
  readonly isStarred: boolean;
  /** Field of the metadata. */
  readonly field: string;
  readonly isNote: boolean;
}

/** Most groups in each other. */
const DEEPEST = 5_000;
const LONGEST_FIELD = 2_000;

const START: Group = {
  ...{
    purpose: "text",
    page: "windows-1252",
    standIns: 1,
    hidden: false,
    isStarred: false,
    field: "",
    isNote: false,
  },
  ...{ bold: false, italic: false, inTable: false, heading: null, target: undefined },
};

/** Follows the groups of an RTF file and passes on its text. */
export class RtfReader {
  readonly metadata: Record<string, string | null> = {};
  readonly #document: RtfDocument;
  readonly #leftOut: LeftOut;
  readonly #groups: Group[] = [];
  readonly #pages = new Map<number, string>();
  #group: Group = START;
  #font = 0;
  #page = START.page;
  #bytes = "";
  #toSkip = 0;
  #instruction = "";
  #author = "";

  constructor(document: RtfDocument, leftOut: LeftOut) {
    this.#document = document;
    this.#leftOut = leftOut;
  }

  take(token: RtfToken): void {
    if (token.kind === "text") this.#text(token.text);
    else if (token.kind === "word") this.#word(token.word, token.value);
    else if (token.kind === "open") this.#open();
    else this.#close();
  }

  end(): void {
    this.#flush();
    this.#document.end();
  }

  #open(): void {
    this.#flush();
    this.#toSkip = 0;
    if (this.#groups.length > DEEPEST)
      throw new FileError(
        "too_large",
        `The document has groups more than ${DEEPEST} deep. This limit is fixed.`,
      );
    this.#groups.push(this.#group);
    this.#set({ isStarred: false, isNote: false });
  }

  #close(): void {
    this.#flush();
    this.#toSkip = 0;
    const { isNote, purpose, target } = this.#group;
    if (isNote) this.#document.endNote();
    if (purpose === "author") this.#document.author(this.#author);
    this.#group = this.#groups.pop() ?? START;
    // The address of a link stands in a group beside its text.
    const address =
      purpose === "field" && this.#group.purpose !== "field" ? addressOf(this.#instruction) : target;
    if (purpose === "field" && address !== undefined) this.#set({ target: address });
  }

  #set(change: Partial<Group>): void {
    this.#group = { ...this.#group, ...change };
  }

  #text(text: string): void {
    const shown = this.#toSkip > 0 ? text.slice(this.#toSkip) : text;
    this.#toSkip = Math.max(0, this.#toSkip - text.length);
    if (shown !== "" && this.#group.purpose !== "skipped" && this.#group.purpose !== "fonts")
      this.#bytes += shown;
  }

  /** Passes on the bytes before what changes their meaning; two bytes may be one character. */
  #flush(): void {
    if (this.#bytes === "") return;
    const text = decodedBytes(this.#bytes, this.#group.page);
    this.#bytes = "";
    this.#emit(text);
  }

  #emit(text: string): void {
    const { purpose, field, hidden } = this.#group;
    if (purpose === "field") this.#instruction = (this.#instruction + text).slice(0, LONGEST_FIELD);
    else if (purpose === "author") this.#author += text;
    else if (purpose === "info" && field !== "")
      this.metadata[field] = ((this.metadata[field] ?? "") + text).slice(0, LONGEST_FIELD);
    else if (purpose === "text" && !hidden) this.#document.write(text, this.#group);
  }

  #word(word: string, value: number | undefined): void {
    if (word === "star") {
      this.#set({ isStarred: true });
      return;
    }
    this.#flush();
    if (this.#group.purpose === "skipped") return;
    if (this.#destination(word)) return;
    if (word === "u") this.#unicode(value ?? 0);
    else if (!this.#formatting(word, value)) this.#content(word);
  }

  readonly #destinations = new Map<string, () => void>([
    ["fonttbl", () => this.#set({ purpose: "fonts" })],
    ["info", () => this.#set({ purpose: "info" })],
    ["fldinst", () => this.#openField()],
    ["atnauthor", () => this.#openAuthor()],
    ["footnote", () => this.#openNote("footnote")],
    ["annotation", () => this.#openNote("comment")],
  ]);

  /** Turns the group into another destination where the word names one. */
  #destination(word: string): boolean {
    const field = this.#group.purpose === "info" ? INFO.get(word) : undefined;
    const open = this.#destinations.get(word);
    const isSkipped = SKIPPED.has(word) || (this.#group.isStarred && !READ.has(word));
    if (isSkipped) this.#set({ purpose: "skipped" });
    else if (field !== undefined) this.#set({ field });
    else if (open === undefined) return false;
    else open();
    this.#set({ isStarred: false });
    return true;
  }

  #openField(): void {
    this.#instruction = "";
    this.#set({ purpose: "field" });
  }

  #openAuthor(): void {
    this.#author = "";
    this.#set({ purpose: "author" });
  }

  #openNote(kind: "footnote" | "comment"): void {
    this.#document.startNote(kind);
    this.#set({ isNote: true });
  }

  #unicode(value: number): void {
    this.#emit(String.fromCharCode(value & 0xffff));
    this.#toSkip = this.#group.standIns;
  }

  readonly #formats = new Map<string, (value: number | undefined) => void>([
    ["f", (value) => this.#useFont(value ?? 0)],
    ["fcharset", (value) => this.#defineFont(value ?? 0)],
    ["ansicpg", (value) => this.#usePage(pageOfNumber(value ?? 1252))],
    ["mac", () => this.#usePage("macroman")],
    ["pc", () => this.#usePage("cp437")],
    ["pca", () => this.#usePage("cp850")],
    ["uc", (value) => this.#set({ standIns: Math.max(0, Math.min(10, value ?? 1)) })],
    ["b", (value) => this.#set({ bold: value !== 0 })],
    ["i", (value) => this.#set({ italic: value !== 0 })],
    ["v", (value) => this.#set({ hidden: value !== 0 })],
    ["deleted", (value) => this.#set({ hidden: value !== 0 })],
    ["plain", () => this.#set({ bold: false, italic: false, hidden: false, page: this.#page })],
  ]);

  /** @returns whether the word changes how the text behind it is read or looks */
  #formatting(word: string, value: number | undefined): boolean {
    const format = this.#formats.get(word);
    format?.(value);
    return format !== undefined;
  }

  #usePage(page: string): void {
    this.#page = page;
    this.#set({ page });
  }

  #useFont(font: number): void {
    this.#font = font;
    if (this.#group.purpose !== "fonts") this.#set({ page: this.#pages.get(font) ?? this.#page });
  }

  #defineFont(charset: number): void {
    const page = charset === 0 || charset === 1 ? undefined : pageOfCharset(charset);
    if (page !== undefined && this.#pages.size < 10_000) this.#pages.set(this.#font, page);
  }

  #content(word: string): void {
    const character = CHARACTERS.get(word);
    if (character !== undefined) this.#emit(character);
    else if (word === "par" || word === "sect" || word === "page") this.#endParagraph();
    else if (word === "pard") this.#set({ inTable: false, heading: null });
    else if (word === "intbl") this.#set({ inTable: true });
    else if (word === "outlinelevel") this.#set({ heading: 1 });
    else if (word === "object") this.#leftOut.add("embedded object");
    else if (this.#group.purpose === "text") this.#document.tableWord(word);
  }

  #endParagraph(): void {
    if (this.#group.purpose === "text") this.#document.paragraph(this.#group);
  }
}
