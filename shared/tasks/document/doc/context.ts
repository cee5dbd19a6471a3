import type { Form } from "../docx/form/form.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import type { Numbering } from "../docx/numbering.ts";
import type { Xml } from "../docx/xml.ts";
import type { DocumentLink, SideNote } from "../reading/reading.ts";
import type { WordFile } from "./fib.ts";
import type { Formatting } from "./formatting.ts";
import type { BesideMark, PlacedMark } from "./marks.ts";

/** What the stories of a document share. */
export interface WordDocument {
  readonly file: WordFile;
  /** Text of all stories. */
  readonly text: string;
  readonly formatting: Formatting;
  readonly lists: Numbering;
  readonly form: Form;
  readonly leftOut: LeftOut;
  readonly links: DocumentLink[];
  readonly notes: SideNote[];
  readonly marks: readonly PlacedMark[];
  progress(): void;
}

/** What the text of a story asks for while it is read. */
export interface StoryContext {
  readonly document: WordDocument;
  /** Marks of characters; the main text is read in its order, and no other story has marks. */
  marksIn(from: number, to: number): readonly PlacedMark[];
  /** Takes a note or comment into the notes. */
  take(mark: BesideMark): void;
  /** What a control of a form holds. */
  formOf(place: number): Xml | undefined;
}
