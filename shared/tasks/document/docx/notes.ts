export type NoteKind = "footnote" | "endnote";

/** Numbers the notes in order of their marks in the text, as Word does: footnotes 1, 2, 3, endnotes i, ii, iii. */
export class Notes {
  readonly #order: Readonly<Record<NoteKind, string[]>> = { footnote: [], endnote: [] };

  /** The mark that the text shows at a reference to the note. */
  mark(kind: NoteKind, id: string | undefined): string {
    if (id === undefined) return "";
    const ids = this.#order[kind];
    if (!ids.includes(id)) ids.push(id);
    return this.label(kind, id);
  }

  /** `[1]` or `[e1]`; a note without a reference in the text has no label. */
  label(kind: NoteKind, id: string): string {
    const number = this.#order[kind].indexOf(id) + 1;
    if (number === 0) return "";
    return kind === "footnote" ? `[${number}]` : `[e${number}]`;
  }
}
