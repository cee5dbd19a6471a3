import { escapeHtml } from "../../format/html.ts";
import { linearMath } from "../math/linear.ts";
import type { Xml } from "../xml.ts";
import { type Line, LOOKS, pictureText } from "./line.ts";

const TAGS = Object.entries(LOOKS);

/** A line as HTML. Equations are written as text, because sanitised HTML has no formulas. */
export class HtmlLine implements Line {
  #text = "";
  #html = "";
  #wanted = 0;
  #open = 0;
  #isLink = false;

  get text(): string {
    return this.#text;
  }

  get rendered(): string {
    return this.#html + closing(this.#open) + (this.#isLink ? "</a>" : "");
  }

  write(text: string): void {
    this.#text += text;
    this.#add(escapeHtml(text).replaceAll("\n", "<br />"));
  }

  look(looks: number): void {
    this.#wanted = looks;
  }

  link(target: string | undefined): void {
    this.#html = this.rendered;
    this.#open = 0;
    this.#isLink = target !== undefined;
    if (target !== undefined) this.#html += `<a href="${escapeAttribute(target)}">`;
  }

  note(mark: string): void {
    this.#text += mark;
    this.#add(`<sup><a href="#note-${mark.slice(1, -1)}">${mark}</a></sup>`);
  }

  picture(description: string): void {
    this.#text += pictureText(description);
    this.#add(`<img alt="${escapeAttribute(description)}" />`);
  }

  equation(equation: Xml): void {
    this.write(linearMath(equation));
  }

  /** Runs of the same look stay in one element. */
  #add(html: string): void {
    if (this.#wanted !== this.#open) {
      this.#html += closing(this.#open) + opening(this.#wanted);
      this.#open = this.#wanted;
    }
    this.#html += html;
  }
}

function opening(looks: number): string {
  return looks === 0
    ? ""
    : tagsOf(looks)
        .map((tag) => `<${tag}>`)
        .join("");
}

function closing(looks: number): string {
  return looks === 0
    ? ""
    : tagsOf(looks)
        .toReversed()
        .map((tag) => `</${tag}>`)
        .join("");
}

function tagsOf(looks: number): string[] {
  return TAGS.flatMap(([tag, bit]) => ((looks & bit) === 0 ? [] : [tag]));
}

function escapeAttribute(text: string): string {
  return escapeHtml(text).replaceAll('"', "&quot;");
}
