import { constants, inflateSync } from "node:zlib";
import type { FontProperties } from "./fontProgram.ts";
import type { Evaluator, Internals, UnicodeMap } from "./internals.ts";
import type { PdfStream } from "./pdfObjects.ts";
import { charactersOf } from "./sfnt.ts";

/** Most bytes of a damaged map that are read; a map of all of Unicode has less than 2 MB. */
const LARGEST_MAP = 4 * 2 ** 20;
const CODES = 0x10000;
/** Texts that no font draws: characters of control, and those that Unicode has not. White space is text. */
const UNUSABLE = /^(?![\t\n\r]+$)[\p{Cc}\ufffd-\uffff]*$/u;
/** Least share of usable texts of a map that is believed. */
const BELIEVED = 0.5;

/**
 * Makes the engine use what a font tells about its characters besides a broken map of them: the part of a damaged map that
 * can be read, the encoding and glyph names of the font, or the characters of the embedded font program.
 */
export function installFontRepair(engine: Internals): void {
  const { prototype } = engine.PartialEvaluator;
  const { readToUnicode, buildToUnicode } = prototype;
  prototype.readToUnicode = async function (this: Evaluator, source: unknown) {
    const read = await readToUnicode.call(this, source);
    if (read instanceof engine.ToUnicodeMap) return usablePart(read);
    const rest = read === null && source instanceof engine.BaseStream ? inflatedPart(source) : undefined;
    if (rest === undefined) return read;
    const salvaged = await readToUnicode.call(this, new engine.Stream(rest));
    return salvaged instanceof engine.ToUnicodeMap ? usablePart(salvaged) : null;
  };
  prototype.buildToUnicode = async function (this: Evaluator, properties: FontProperties) {
    const built = await buildToUnicode.call(this, properties);
    if (!properties.composite || built instanceof engine.ToUnicodeMap || !properties.file) return built;
    const texts = textsOfProgram(engine, properties);
    return texts === undefined ? built : new engine.ToUnicodeMap(texts);
  };
}

/** A map without texts that no font draws; null if most of them are such. */
function usablePart(map: UnicodeMap): UnicodeMap | null {
  const texts = map._map;
  let [all, broken] = [0, 0];
  for (const code in texts) {
    all += 1;
    if (!UNUSABLE.test(texts[code] ?? "")) continue;
    broken += 1;
    delete texts[code];
  }
  return all > 0 && all - broken >= BELIEVED * all ? map : null;
}

/** What can be inflated of a damaged stream. */
function inflatedPart({ str: packed }: PdfStream): Uint8Array | undefined {
  if (packed === undefined) return undefined;
  try {
    packed.reset();
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LARGEST_MAP };
    return inflateSync(packed.getBytes(), options);
  } catch {
    return undefined;
  }
}

/** Texts by character code, from the font program: its table of characters or its names of glyphs. */
function textsOfProgram(engine: Internals, { file, cMap, dict }: FontProperties): string[] | undefined {
  if (file === undefined || cMap === undefined) return undefined;
  const characters = charactersOf(bytesOf(file), engine.getGlyphsUnicode());
  if (characters.size === 0) return undefined;
  const map = dict?.get("CIDToGIDMap");
  const glyphs = map instanceof engine.BaseStream ? bytesOf(map) : undefined;
  const texts: string[] = [];
  for (let code = 0; code < CODES; code += 1) {
    const cid = cMap.lookup(code);
    const text = typeof cid === "number" ? characters.get(glyphOf(cid, glyphs)) : undefined;
    if (text !== undefined) texts[code] = text;
  }
  return texts.length === 0 ? undefined : texts;
}

function glyphOf(cid: number, glyphs: Uint8Array | undefined): number {
  return glyphs === undefined ? cid : ((glyphs[2 * cid] ?? 0) << 8) | (glyphs[2 * cid + 1] ?? 0);
}

function bytesOf(stream: PdfStream): Uint8Array {
  stream.reset();
  const bytes = stream.getBytes();
  stream.reset();
  return bytes;
}
