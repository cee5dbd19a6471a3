import type { Form } from "../docx/form/form.ts";
import type { LeftOut } from "../docx/leftOut.ts";
import type { Relationships } from "../docx/package.ts";
import type { DocxZip } from "../docx/zip.ts";
import type { DocumentLink } from "../reading/reading.ts";

/** What the readers of a slide share. */
export interface SlideContext {
  readonly zip: DocxZip;
  readonly form: Form;
  readonly relations: Relationships;
  /** Links of all slides, which each one adds to. */
  readonly links: DocumentLink[];
  readonly leftOut: LeftOut;
}
