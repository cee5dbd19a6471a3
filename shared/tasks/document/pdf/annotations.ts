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
  readonly options?: readonly { readonly displayValue?: string }[];
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
    shown: [...widgets.flatMap(shownInField), ...visible.filter(isFreeText).map(contents)].filter(isPresent),
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

function valuesOf({ fieldValue }: RawAnnotation): readonly string[] {
  if (Array.isArray(fieldValue)) return fieldValue.filter((value) => typeof value === "string");
  return typeof fieldValue === "string" ? [fieldValue.replace(/\r\n?/g, "\n")] : [];
}

/** A text field shows its value, a list all its choices, a drop-down the chosen one. */
function shownInField(raw: RawAnnotation): readonly string[] {
  if (raw.fieldType === "Tx") return valuesOf(raw);
  if (raw.fieldType !== "Ch") return [];
  if (raw.combo === true) return valuesOf(raw);
  return (raw.options ?? []).map(({ displayValue }) => displayValue ?? "");
}

function isFreeText({ subtype }: RawAnnotation): boolean {
  return subtype === "FreeText";
}

function hasComment(raw: RawAnnotation): boolean {
  return (
    raw.subtype !== "Widget" && raw.subtype !== "Link" && raw.subtype !== "Popup" && contents(raw) !== ""
  );
}

function toAnnotation(raw: RawAnnotation): Annotation {
  return { type: raw.subtype ?? "", author: raw.titleObj?.str ?? "", text: contents(raw) };
}

function contents({ contentsObj }: RawAnnotation): string {
  return (contentsObj?.str ?? "").trim();
}

function isPresent(text: string): boolean {
  return text.trim() !== "";
}
