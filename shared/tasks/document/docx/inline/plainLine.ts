import { linearMath } from "../math/linear.ts";
import type { Xml } from "../xml.ts";
import { type Line, pictureText } from "./line.ts";

/** A line without looks and links. */
export class PlainLine implements Line {
  readonly rendered = "";
  #text = "";

  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#text += text;
  }

  look(): void {
    // Plain text has no looks.
  }

  link(): void {
    // The addresses of links are in the field `outside`.
  }

  note(mark: string): void {
    this.#text += mark;
  }

  picture(description: string): void {
    this.#text += pictureText(description);
  }

  equation(equation: Xml): void {
    this.#text += linearMath(equation);
  }
}
