import type { Xml } from "../xml.ts";

/** A field while it is read: its instruction, then the result that the document shows in its place. */
export interface WordField {
  part: "instruction" | "result";
  instruction: string;
  /** Words in the place of the instruction that are no instruction: those of a field that never gets to its end. */
  held: string;
  isShown: boolean;
  /** `w:ffData` of a field of a form. */
  readonly form: Xml | undefined;
}

/** Most fields in each other; Word allows 20. */
const DEEPEST = 100;

/** The fields that are open in one story (body, note, text box); one may span many paragraphs (ECMA-376 part 1, 17.16). */
export class WordFields {
  readonly #open: WordField[] = [];
  /** Number of fields that are open and too deep to be read. */
  #deeper = 0;

  /** Whether what follows belongs to an instruction and is not shown. */
  get isHidden(): boolean {
    return this.#hiding() !== undefined;
  }

  begin(form: Xml | undefined): void {
    if (this.#open.length >= DEEPEST) this.#deeper += 1;
    else this.#open.push({ part: "instruction", instruction: "", held: "", isShown: false, form });
  }

  instruct(text: string): void {
    const field = this.#open.at(-1);
    if (field?.part === "instruction") field.instruction += text;
  }

  /** The result of the innermost field begins. */
  separate(): WordField | undefined {
    const field = this.#deeper > 0 ? undefined : this.#open.at(-1);
    if (field !== undefined) field.part = "result";
    return field;
  }

  /** @returns the innermost field, which ends */
  end(): WordField | undefined {
    if (this.#deeper === 0) return this.#open.pop();
    this.#deeper -= 1;
    return undefined;
  }

  /** Takes text that belongs to an instruction; a field in the condition of another is a part of that. */
  takes(text: string): boolean {
    if (this.#open.length === 0) return false;
    const hiding = this.#hiding();
    if (hiding === undefined) {
      for (const field of this.#open) field.isShown = true;
      return false;
    }
    hiding.instruction += text;
    hiding.held += text;
    return true;
  }

  /** Closes all fields. @returns words that damaged fields, which have a beginning alone, held back */
  close(): string {
    const held = this.#open.map((field) => (field.part === "instruction" ? field.held : ""));
    this.#open.length = 0;
    this.#deeper = 0;
    return held.join("");
  }

  #hiding(): WordField | undefined {
    return this.#open.findLast(({ part }) => part === "instruction");
  }
}
