import type { PdfDict, PdfStream } from "./pdfObjects.ts";

/** Facts about a font while it is loaded. */
export interface FontProperties {
  readonly composite: boolean;
  /** The embedded font program. */
  readonly file?: PdfStream;
  readonly cMap?: { lookup(code: number): unknown };
  readonly dict?: PdfDict;
  /** The font is one of the 14 standard ones, from the engine's files. */
  readonly isInternalFont?: boolean;
  readonly hasIncludedToUnicodeMap?: boolean;
  readonly hasEncoding?: boolean;
  /** Names of glyphs by character code, from the font program. */
  readonly builtInEncoding?: readonly string[];
  readonly firstChar: number;
  readonly lastChar: number;
  readonly widths: Readonly<Record<number, number | undefined>>;
}

/** A font program in the Compact Font Format. */
type CompactFont = object;

interface Type1Program {
  readonly subrs: readonly unknown[];
  readonly charstrings: readonly unknown[];
  readonly properties: { readonly privateData: object };
}

/** Parsers of font programs, and the writers that make programs of them which browsers draw. */
export interface FontPrograms {
  readonly Font: {
    readonly prototype: {
      checkAndRepair(name: string, program: PdfStream, properties: FontProperties): unknown;
      convert(name: string, program: unknown, properties: FontProperties): unknown;
    };
  };
  readonly CFFParser: {
    readonly prototype: {
      readonly cff: CompactFont;
      readonly properties: FontProperties;
      parseCharStrings(parts: { readonly charStrings: object }): object;
    };
  };
  readonly CFFCompiler: { readonly prototype: { readonly cff: CompactFont; compile(): readonly number[] } };
  readonly Type1Parser: {
    readonly prototype: { extractFontProgram(properties: FontProperties): Type1Program };
  };
  readonly adjustType1ToUnicode: (properties: FontProperties, encoding: readonly string[]) => void;
}
