import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compileFunction, constants } from "node:vm";
import type { FontPrograms, FontProperties } from "./fontProgram.ts";
import type { PdfDict, PdfName, PdfStream } from "./pdfObjects.ts";

/** Folder of the engine's package. */
export const engineHome = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));

export type EngineMatrix = ArrayLike<number>;

/** A glyph of a text operator. Widths are in units of the font. */
export interface EngineGlyph {
  readonly unicode: string;
  readonly width: number;
  /** Advance down and position of the origin, of vertical fonts. */
  readonly vmetric?: readonly number[] | null;
  readonly originalCharCode: number;
}

export interface EngineFont {
  readonly vertical: boolean;
  readonly isType3Font: boolean;
  readonly isCharBBox?: boolean;
  readonly bbox?: readonly number[];
  readonly fontMatrix?: readonly number[];
  charsToGlyphs(chars: string): readonly EngineGlyph[];
}

/** Text state of a page (ISO 32000-1, 9.3), without what drawing alone needs. */
export interface TextState {
  readonly ctm: EngineMatrix;
  textMatrix: number[];
  textLineMatrix: number[];
  font: EngineFont | null;
  fontName: string | null;
  fontMatrix: readonly number[];
  fontSize: number;
  loadedName: string | null;
  charSpacing: number;
  wordSpacing: number;
  textHScale: number;
  textRise: number;
  leading: number;
  setTextMatrix(...matrix: number[]): void;
  setTextLineMatrix(...matrix: number[]): void;
  translateTextMatrix(x: number, y: number): void;
  translateTextLineMatrix(x: number, y: number): void;
  carriageReturn(): void;
  clone(): TextState;
}

export interface StateManager {
  readonly state: TextState;
  transform(matrix: EngineMatrix): void;
}

export interface TextOperation {
  fn: number;
  args: unknown[] | null;
}

/** Cross-reference table: gives objects by their references. */
interface Xref {
  fetch(reference: unknown): unknown;
  fetchIfRef(object: unknown): unknown;
}

interface Task {
  ensureNotTerminated(): void;
}

interface Sink {
  readonly ready: Promise<void> | boolean;
  enqueue(chunk: object, size: number): void;
}

/** What the engine passes to the reader of a page's text. */
export interface TextRequest {
  readonly stream: PdfStream;
  readonly task: Task;
  readonly resources: PdfDict | null;
  readonly sink: Sink | null;
  readonly viewBox: readonly number[];
  /** Set for the appearances of annotations, whose text the engine reads by itself. */
  readonly keepWhiteSpace?: boolean;
}

/** Texts by character code. */
export interface UnicodeMap {
  readonly _map: string[];
}

export interface Evaluator {
  readonly xref: Xref;
  loadFont(
    name: string | null,
    reference: unknown,
    resources: PdfDict,
    task: Task,
  ): Promise<{ readonly loadedName: string; readonly font: EngineFont }>;
  getTextContent(request: TextRequest): Promise<void>;
  extractDataStructures(dict: PdfDict, properties: FontProperties): Promise<FontProperties>;
  fetchStandardFontData(name: string): Promise<PdfStream | null>;
  readToUnicode(source: unknown): Promise<object | null>;
  buildToUnicode(properties: FontProperties): Promise<object>;
}

export interface AnnotationPrototype {
  readonly data: {
    readonly subtype?: string;
    readonly fieldType?: string | null;
    readonly pushButton?: boolean;
  };
  readonly appearance: PdfStream | null;
  _decodeFormValue(value: unknown): unknown;
}

type Class<Instance> = abstract new (...args: never) => Instance;

/** Classes and functions inside the engine's worker that are used; its source tells what they do. */
export interface Internals extends FontPrograms {
  readonly WorkerMessageHandler: object;
  readonly PartialEvaluator: Class<Evaluator> & { readonly prototype: Evaluator };
  readonly StateManager: new (state: TextState) => StateManager;
  readonly TextState: new () => TextState;
  readonly EvaluatorPreprocessor: new (
    stream: PdfStream,
    xref: Xref,
    states: StateManager,
  ) => { read(operation: TextOperation): boolean };
  readonly Dict: Class<PdfDict> & { readonly empty: PdfDict };
  readonly Name: Class<PdfName>;
  readonly BaseStream: Class<PdfStream>;
  readonly Stream: new (bytes: Uint8Array) => PdfStream;
  readonly ToUnicodeMap: new (texts: string[]) => UnicodeMap;
  readonly getGlyphsUnicode: () => Readonly<Record<string, number>>;
  readonly WidgetAnnotation: { readonly prototype: AnnotationPrototype };
  readonly StampAnnotation: { readonly prototype: AnnotationPrototype };
  readonly OPS: Readonly<Record<string, number>>;
  readonly stringToPDFString: (bytes: string) => string;
  readonly lookupMatrix: (array: unknown, fallback: null) => EngineMatrix | null;
}

const NAMES = [
  "WorkerMessageHandler",
  "PartialEvaluator",
  "StateManager",
  "TextState",
  "EvaluatorPreprocessor",
  "Dict",
  "Name",
  "BaseStream",
  "Stream",
  "ToUnicodeMap",
  "getGlyphsUnicode",
  "WidgetAnnotation",
  "StampAnnotation",
  "OPS",
  "stringToPDFString",
  "lookupMatrix",
  "Font",
  "CFFParser",
  "CFFCompiler",
  "Type1Parser",
  "adjustType1ToUnicode",
];
const EXPORT = "export { WorkerMessageHandler };";

/**
 * Compiles the engine's worker with more exports than it has: the package gives the text of a page without the place of
 * each glyph, and its classes know it (docs/adr/0022). The version is pinned, and a worker without these names fails here.
 */
export function loadInternals(): Internals {
  const file = join(engineHome, "legacy/build/pdf.worker.mjs");
  const source = readFileSync(file, "utf8");
  if (!source.includes(EXPORT)) throw new Error(`the engine's worker does not end as expected: ${file}`);
  const body = source
    .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href))
    .replace(EXPORT, `return { ${NAMES.join(", ")} };`);
  const load = compileFunction(`"use strict";${body}`, [], {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as () => Internals;
  return load();
}
