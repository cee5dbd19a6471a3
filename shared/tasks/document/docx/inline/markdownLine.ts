import { linearMath } from "../math/linear.ts";
import { texMath } from "../math/tex.ts";
import type { Xml } from "../xml.ts";
import { type EquationPlace, type Line, LOOKS, pictureText } from "./line.ts";
import { escapeMarkdown, linkAddress } from "./markdownEscapes.ts";

/** A run of text of one look, or Markdown that is ready. */
interface Piece {
  readonly kind: "text" | "mark" | "equation";
  readonly looks: number;
  readonly target: string | undefined;
  text: string;
}

/** Looks that Markdown has signs for. */
const SHOWN = LOOKS.strong | LOOKS.em | LOOKS.s;

/** A line as GitHub's Markdown, with equations in TeX. */
export class MarkdownLine implements Line {
  readonly #pieces: Piece[] = [];
  #text = "";
  #looks = 0;
  #target: string | undefined;

  get text(): string {
    return this.#text;
  }

  get rendered(): string {
    const pieces = this.#pieces;
    const hasMath = pieces.some(({ kind }) => kind === "equation");
    let markdown = "";
    for (const [at, piece] of pieces.entries()) {
      const { target } = piece;
      if (target !== undefined && pieces[at - 1]?.target !== target) markdown += "[";
      markdown += signed(piece, {
        text: escaped(piece, hasMath ? "$" : ""),
        before: pieces[at - 1],
        after: pieces[at + 1],
      });
      if (target !== undefined && pieces[at + 1]?.target !== target) markdown += `](${linkAddress(target)})`;
    }
    return markdown;
  }

  write(text: string): void {
    this.#text += text;
    const last = this.#pieces.at(-1);
    const goesOn = last?.kind === "text" && last.looks === this.#looks && last.target === this.#target;
    if (goesOn) last.text += text;
    else this.#add("text", text);
  }

  look(looks: number): void {
    this.#looks = looks & SHOWN;
  }

  link(target: string | undefined): void {
    this.#target = target;
  }

  note(mark: string): void {
    this.#text += mark;
    this.#add("mark", `[^${mark.slice(1, -1)}]`);
  }

  picture(description: string): void {
    this.write(pictureText(description));
  }

  equation(equation: Xml, place: EquationPlace): void {
    this.#text += linearMath(equation);
    const tex = texMath(equation);
    if (tex !== "") this.#add("equation", place === "inline" ? `$${tex}$` : `$$${tex}$$`);
  }

  #add(kind: Piece["kind"], text: string): void {
    this.#pieces.push({ kind, text, looks: this.#looks, target: this.#target });
  }
}

/** @param also signs that are escaped beside those of Markdown: `$` where the line has formulas */
function escaped({ kind, text }: Piece, also: string): string {
  return kind === "text" ? escapeMarkdown(text, also) : text;
}

interface Place {
  readonly text: string;
  readonly before: Piece | undefined;
  readonly after: Piece | undefined;
}

/** A piece between the signs of its look; white space at its ends stays outside of them. */
function signed({ kind, looks, text: raw }: Piece, { text, before, after }: Place): string {
  if (looks === 0 || kind !== "text" || raw.trim() === "") return text;
  const partsWord = isWord(before?.text.at(-1), raw.at(0)) || isWord(raw.at(-1), after?.text.at(0));
  if (partsWord) return text;
  const inside = text.trim();
  const start = text.slice(0, text.length - text.trimStart().length);
  const end = text.slice(text.trimEnd().length);
  const sign = `${looks & LOOKS.s ? "~~" : ""}${looks & LOOKS.strong ? "**" : ""}${looks & LOOKS.em ? "*" : ""}`;
  return `${start}${sign}${inside}${[...sign].toReversed().join("")}${end}`;
}

/** Whether two signs belong to one word, which Markdown would part. Chinese and Japanese words touch each other. */
function isWord(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && LETTER.test(left) && LETTER.test(right);
}

const LETTER = /^(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}]/u;
