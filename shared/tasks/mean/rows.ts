/** Fields of a file in their order. `line` counts from 1; a field between two separators may be "". */
export interface Field {
  readonly text: string;
  readonly line: number;
}

/** Text of a field that stands for a row with commas and other separators; no word has a space. */
export const MIXED = " ";

/** Separators of a row. */
export const Separator = { comma: 1, semicolon: 2, tab: 4, space: 8 } as const;

/** Numbers of rows in a file, for the warning about commas. */
export interface RowCounts {
  rows: number;
  /** Rows of two whole numbers with a comma between them, which may be one number with a decimal comma. */
  paired: number;
}

const WHOLE = /^[+-]?\d+$/;

/** The fields and separators of the row that is being read. */
export class NumberRow {
  readonly #counts: RowCounts;
  #separators = 0;
  #fields = 0;

  constructor(counts: RowCounts) {
    this.#counts = counts;
  }

  /** Whether commas or semicolons separate the fields of this row; a tab is white space then. */
  get isListed(): boolean {
    return (this.#separators & (Separator.comma | Separator.semicolon)) !== 0;
  }

  get isEmpty(): boolean {
    return this.#fields === 0;
  }

  addField(): void {
    this.#fields += 1;
  }

  separate(separator: number): void {
    this.#separators |= separator;
  }

  /** Ends the row. Commas beside other separators may be decimal commas: such a row gets a field that is refused. */
  end(words: Field[], line: number): void {
    if (this.#fields > 0) this.#counts.rows += 1;
    const comma = (this.#separators & Separator.comma) !== 0;
    if (comma && this.#separators !== Separator.comma) words.push({ text: MIXED, line });
    else if (comma && this.#fields === 2 && words.slice(-2).every(({ text }) => WHOLE.test(text)))
      this.#counts.paired += 1;
    this.#separators = 0;
    this.#fields = 0;
  }
}
