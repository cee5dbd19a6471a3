/** What the viewer reads of a result of the task document, version 1. */
export type DocumentResult = PdfResult | DocxResult | PlainResult | ReadingResult;

interface Common {
  readonly text_content: string;
  readonly word_count: number;
  readonly character_count: number;
  readonly truncated: boolean;
  readonly markdown?: string;
}

export interface PdfResult extends Common {
  readonly document_type: "PDF";
  readonly page_count: number;
  readonly metadata: Metadata;
  readonly pages: readonly PdfPageView[];
  readonly pages_without_text: readonly number[];
  readonly damaged_pages: readonly number[];
}

export interface PdfPageView {
  readonly number: number;
  readonly text: string;
  readonly word_count: number;
  readonly has_text_layer: boolean;
  readonly ocr_confidence?: number | null;
  readonly width: number;
  readonly height: number;
  readonly rotation: number;
  readonly form_fields: readonly { readonly name: string; readonly type: string; readonly value: string }[];
  readonly annotations: readonly { readonly type: string; readonly author: string; readonly text: string }[];
  readonly links: readonly string[];
  readonly error?: string;
}

export interface DocxResult extends Common {
  readonly document_type: "DOCX";
  readonly paragraphs: readonly ParagraphView[];
  readonly tables: readonly TableView[];
  readonly metadata: Metadata;
  readonly headers: readonly EdgeView[];
  readonly footers: readonly EdgeView[];
  readonly footnotes: readonly NoteView[];
  readonly endnotes: readonly NoteView[];
  readonly comments: readonly { readonly id: string; readonly author: string; readonly text: string }[];
  readonly text_boxes: readonly string[];
  readonly graphics: readonly { readonly kind: string; readonly title: string; readonly text: string }[];
  readonly outside: readonly { readonly type: string; readonly target: string }[];
}

export interface ParagraphView {
  readonly text: string;
  readonly heading_level: number | null;
  readonly list: { readonly level: number; readonly label: string } | null;
}

export interface TableView {
  readonly rows: readonly (readonly CellView[])[];
}

export interface CellView {
  readonly text: string;
  readonly column_span: number;
  readonly row_span: number;
  readonly tables: readonly TableView[];
}

export interface EdgeView {
  readonly type: string;
  readonly section: number;
  readonly text: string;
}

export interface NoteView {
  readonly id: string;
  readonly mark: string;
  readonly text: string;
}

export interface PlainResult extends Common {
  readonly document_type: "Generic Text";
  readonly media_type: string;
  readonly line_count: number;
  readonly encoding: string;
}

/** A document of sections: sheets, slides, chapters, mails, archives, or one section of text. */
export interface ReadingResult extends Common {
  readonly document_type:
    | "CSV"
    | "XLSX"
    | "PPTX"
    | "HTML"
    | "Email"
    | "ODT"
    | "ODS"
    | "ODP"
    | "RTF"
    | "EPUB"
    | "Archive"
    | "DOC";
  readonly media_type: string;
  readonly metadata: Metadata;
  readonly sections: readonly SectionView[];
  readonly tables: readonly PlainTableView[];
  readonly links: readonly { readonly text: string; readonly target: string }[];
  readonly notes: readonly {
    readonly section: number;
    readonly place: string;
    readonly author: string;
    readonly text: string;
  }[];
  readonly attachments: readonly {
    readonly filename: string;
    readonly media_type: string;
    readonly bytes: number;
    readonly error?: string;
    readonly result?: DocumentResult | null;
  }[];
  readonly headers?: readonly EdgeView[];
  readonly footers?: readonly EdgeView[];
  readonly left_out: readonly { readonly kind: string; readonly count: number }[];
}

export interface SectionView {
  readonly number: number;
  readonly kind: string;
  readonly title: string;
  readonly hidden: boolean;
  readonly text: string;
  readonly word_count: number;
}

export interface PlainTableView {
  readonly section: number;
  readonly row_count: number;
  readonly rows: readonly (readonly string[])[];
}

export type Metadata = Readonly<Record<string, string | number | boolean | null>>;

/** What a file says of itself, as pairs: `last_modified_by` -> `Last modified by`. */
export function metadataFacts(metadata: Metadata): (readonly [string, string])[] {
  return Object.entries(metadata).flatMap(([name, value]) =>
    value === null || value === "" || value === false ? [] : [[titleOf(name), writtenFact(value)] as const],
  );
}

function writtenFact(value: string | number | boolean): string {
  return value === true ? "yes" : String(value);
}

function titleOf(name: string): string {
  const words = name
    .replace(/^(is|has)_/, "")
    .replaceAll("_", " ")
    .replace(/\bpdf\b/, "PDF");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
