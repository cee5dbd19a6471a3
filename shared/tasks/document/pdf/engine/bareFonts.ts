import type { FontProperties } from "./fontProgram.ts";
import type { Evaluator, Internals } from "./internals.ts";

/** The first bytes of an OpenType font with outlines in the Compact Font Format. */
const OPEN_TYPE = "OTTO";
/** Stands for a font program that is not needed: its first bytes are those of TrueType. */
const NO_PROGRAM = Uint8Array.of(0, 1, 0, 0);
const NO_TYPE1_PROGRAM = { subrs: [], charstrings: [], properties: { privateData: {} } };

/** Evaluators that read text and draw nothing. */
const readers = new WeakSet<Evaluator>();
/** Properties of the fonts that these load. */
const forText = new WeakSet<FontProperties>();

/** To be called for an evaluator before it loads a font of which only texts and widths are needed. */
export function readsTextOnly(evaluator: Evaluator): void {
  readers.add(evaluator);
}

/**
 * Spares readers of text the glyphs of a font program: the engine parses each of them, repairs it and writes all into a new
 * font, which only drawing needs. What a program tells about texts and widths is read as before: its encoding, its matrix, and
 * the widths that the PDF does not give.
 */
export function installBareFonts(engine: Internals): void {
  markFonts(engine);
  spareTrueType(engine);
  spareCompactFonts(engine);
  spareType1(engine);
}

function markFonts({ PartialEvaluator, Stream }: Internals): void {
  const { prototype } = PartialEvaluator;
  const { extractDataStructures, fetchStandardFontData } = prototype;
  prototype.extractDataStructures = async function (this: Evaluator, ...request) {
    const properties = await extractDataStructures.apply(this, request);
    if (readers.has(this)) forText.add(properties);
    return properties;
  };
  // The file of a standard font has nothing for a text: widths and names of glyphs are in the engine's own tables.
  prototype.fetchStandardFontData = async function (this: Evaluator, name: string) {
    return readers.has(this) ? new Stream(NO_PROGRAM) : await fetchStandardFontData.call(this, name);
  };
}

function spareTrueType({ Font: { prototype } }: Internals): void {
  const { checkAndRepair } = prototype;
  prototype.checkAndRepair = function (name, program, properties) {
    const sign = Buffer.from(program.peekBytes(4)).toString("latin1");
    if (forText.has(properties) && sign !== OPEN_TYPE && hasTexts(properties)) return NO_PROGRAM;
    return checkAndRepair.call(this, name, program, properties);
  };
}

/** Whether the texts of the characters are known without the tables of a TrueType font. */
function hasTexts({
  composite,
  isInternalFont,
  hasIncludedToUnicodeMap,
  hasEncoding,
}: FontProperties): boolean {
  return composite || isInternalFont === true || hasIncludedToUnicodeMap === true || hasEncoding === true;
}

function spareCompactFonts({ Font, CFFParser, CFFCompiler, adjustType1ToUnicode }: Internals): void {
  const bare = new WeakSet<object>();
  const { parseCharStrings } = CFFParser.prototype;
  CFFParser.prototype.parseCharStrings = function (parts) {
    if (!forText.has(this.properties)) return parseCharStrings.call(this, parts);
    bare.add(this.cff);
    return { charStrings: parts.charStrings, seacs: [], widths: [] };
  };
  const { compile } = CFFCompiler.prototype;
  CFFCompiler.prototype.compile = function () {
    return bare.has(this.cff) ? [] : compile.call(this);
  };
  const { convert } = Font.prototype;
  Font.prototype.convert = function (name, program, properties) {
    if (!forText.has(properties)) return convert.call(this, name, program, properties);
    const { builtInEncoding } = properties;
    if (builtInEncoding !== undefined) adjustType1ToUnicode(properties, builtInEncoding);
    return NO_PROGRAM;
  };
}

function spareType1({ Type1Parser: { prototype } }: Internals): void {
  const { extractFontProgram } = prototype;
  prototype.extractFontProgram = function (properties) {
    if (forText.has(properties) && hasWidths(properties)) return NO_TYPE1_PROGRAM;
    return extractFontProgram.call(this, properties);
  };
}

/** Whether the PDF gives the widths of all characters that the font program has a glyph for. */
function hasWidths({ builtInEncoding, firstChar, lastChar, widths }: FontProperties): boolean {
  if (builtInEncoding === undefined) return true;
  return builtInEncoding.every(
    (name, code) => name === "" || code < firstChar || code > lastChar || widths[code] !== undefined,
  );
}
