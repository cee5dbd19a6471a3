import type { PdfJsPage } from "./library.ts";

export interface FormField {
  readonly name: string;
  readonly type: "text" | "choice" | "checkbox" | "radio" | "signature" | "button";
  readonly value: string;
}

/** A comment, note or free text on a page. */
export interface Annotation {
  readonly type: string;
  readonly author: string;
  readonly text: string;
}

export interface PageAnnotations {
  /** Text that a reader shows on the page: values of form fields, free text. */
  readonly shown: readonly string[];
  readonly form_fields: readonly FormField[];
  readonly annotations: readonly Annotation[];
  readonly links: readonly string[];
}

/** Members of the engine's annotation data that are used; the engine declares them as `any`. */
interface RawAnnotation {
  readonly subtype?: string;
  readonly hidden?: boolean;
  readonly url?: string;
  readonly unsafeUrl?: string;
  readonly fieldName?: string;
  readonly fieldType?: string;
  readonly fieldValue?: unknown;
  readonly checkBox?: boolean;
  readonly radioButton?: boolean;
  readonly buttonValue?: string;
  readonly combo?: boolean;
  readonly options?: readonly { readonly exportValue?: string; readonly displayValue?: string }[];
  /** Lines of the appearance, of text fields and free notes. */
  readonly textContent?: readonly string[];
  readonly contentsObj?: { readonly str?: string };
  readonly titleObj?: { readonly str?: string };
}

/** Most annotations that are read of a page; malicious files have millions. */
const MOST = 5_000;

export async function readAnnotations(page: PdfJsPage): Promise<PageAnnotations> {
  const raw: readonly RawAnnotation[] = await page.getAnnotations({ intent: "display" }).catch(() => []);
  const visible = raw.filter(({ hidden }) => hidden !== true).slice(0, MOST);
  const widgets = visible.filter(({ subtype }) => subtype === "Widget");
  return {
    shown: [...widgets.flatMap(shownInField), ...visible.filter(isShownNote).map(shownInNote)].filter(
      isPresent,
    ),
    form_fields: widgets.map(toField).filter(({ name, value }) => name !== "" || value !== ""),
    annotations: visible.filter(hasComment).map(toAnnotation),
    links: [...new Set(visible.map(({ url }) => url ?? "").filter(isPresent))],
  };
}

function toField(raw: RawAnnotation): FormField {
  return { name: raw.fieldName ?? "", type: fieldType(raw), value: valuesOf(raw).join(", ") };
}

function fieldType({ fieldType: type, checkBox, radioButton }: RawAnnotation): FormField["type"] {
  if (type === "Tx") return "text";
  if (type === "Ch") return "choice";
  if (type === "Sig") return "signature";
  if (checkBox === true) return "checkbox";
  return radioButton === true ? "radio" : "button";
}

function valuesOf({ fieldValue, fieldType: type, options = [] }: RawAnnotation): readonly string[] {
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue]).filter(
    (value): value is string => typeof value === "string",
  );
  return values.map((value) => (type === "Ch" ? labelOf(value, options) : value.replace(/\r\n?/g, "\n")));
}

/** A choice is shown by its label; the value that is exported may be another one. */
function labelOf(value: string, options: NonNullable<RawAnnotation["options"]>): string {
  return options.find(({ exportValue }) => exportValue === value)?.displayValue ?? value;
}

/** A text field shows its value or, without one, its appearance; a list all its choices, a drop-down the chosen one. */
function shownInField(raw: RawAnnotation): readonly string[] {
  const values = valuesOf(raw);
  if (raw.fieldType === "Ch" && raw.combo !== true) {
    return (raw.options ?? []).map(({ displayValue }) => displayValue ?? "");
  }
  if (values.some(isPresent) && raw.fieldType !== "Btn") return values;
  return [appearanceOf(raw)];
}

/** Text that the page shows in the place of a field or note. */
function appearanceOf({ textContent = [] }: RawAnnotation): string {
  return textContent.join("\n").trim();
}

/** Free notes and stamps show their text on the page. */
function isShownNote({ subtype }: RawAnnotation): boolean {
  return subtype === "FreeText" || subtype === "Stamp";
}

function shownInNote(raw: RawAnnotation): string {
  if (raw.subtype === "Stamp") return appearanceOf(raw);
  return contents(raw) || appearanceOf(raw);
}

function hasComment(raw: RawAnnotation): boolean {
  return raw.subtype !== "Widget" && raw.subtype !== "Link" && raw.subtype !== "Popup" && noteOf(raw) !== "";
}

function toAnnotation(raw: RawAnnotation): Annotation {
  return { type: raw.subtype ?? "", author: raw.titleObj?.str ?? "", text: noteOf(raw) };
}

/** Text of a note; that of a free one may be in its appearance alone. */
function noteOf(raw: RawAnnotation): string {
  return contents(raw) || (isShownNote(raw) ? appearanceOf(raw) : "");
}

function contents({ contentsObj }: RawAnnotation): string {
  return (contentsObj?.str ?? "").trim();
}

function isPresent(text: string): boolean {
  return text.trim() !== "";
}
