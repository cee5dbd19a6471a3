import { LOOKS } from "../docx/inline/line.ts";
import { numberOf, sprmsOf } from "./sprms.ts";

/** Properties of characters. */
export interface CharacterLook {
  /** A sum of `LOOKS`. */
  looks: number;
  /** Hidden, or deleted by a tracked change. */
  isHidden: boolean;
  isDeleted: boolean;
  /** Number of the font. */
  font: number | undefined;
  /** A sign of a font, which stands in place of the characters. */
  symbol: { readonly font: number; readonly code: number } | undefined;
  /** Where the data of a picture or of a control of a form are. */
  data: number | undefined;
}

/** Properties of a paragraph. */
export interface ParagraphLook {
  /** Number of tables that it is in. */
  depth: number;
  isRowEnd: boolean;
  isCellEnd: boolean;
  /** 1 to 9 for a heading, 0 for text, undefined where its style tells. */
  heading: number | undefined;
  list: number | undefined;
  level: number;
  isHeadRow: boolean;
  /** The definition of the cells of the row that it ends. */
  row: Buffer | undefined;
}

export const NO_LOOK: Readonly<CharacterLook> = {
  ...{ looks: 0, isHidden: false, isDeleted: false, font: undefined, symbol: undefined, data: undefined },
};

export const NO_PARAGRAPH: Readonly<ParagraphLook> = {
  ...{ depth: 0, isRowEnd: false, isCellEnd: false, heading: undefined, list: undefined },
  ...{ level: 0, isHeadRow: false, row: undefined },
};

/** What an operand changes. */
type Change<Look> = (operand: Buffer, look: Readonly<Look>) => Partial<Look>;

/** Whether a switch is on; 0x81 stands for the opposite of the style. */
const isOn = (operand: Buffer) => operand[0] === 1 || operand[0] === 0x81;

function looksOf(bit: number): Change<CharacterLook> {
  return (operand, { looks }) => ({ looks: isOn(operand) ? looks | bit : looks & ~bit });
}

/** Codes of changes (MS-DOC 2.6.1). */
const CHARACTERS: ReadonlyMap<number, Change<CharacterLook>> = new Map<number, Change<CharacterLook>>([
  [0x0800, (operand) => ({ isDeleted: isOn(operand) })],
  [0x083c, (operand) => ({ isHidden: isOn(operand) })],
  [0x0835, looksOf(LOOKS.strong)],
  [0x0836, looksOf(LOOKS.em)],
  [0x0837, looksOf(LOOKS.s)],
  [0x4a4f, (operand) => ({ font: numberOf(operand) })],
  [0x6a03, (operand) => ({ data: numberOf(operand) })],
  [0x6a09, (operand) => ({ symbol: { font: operand.readUInt16LE(0), code: operand.readUInt16LE(2) } })],
]);

/** Highest level of an outline; 9 is text. */
const DEEPEST_HEADING = 8;
/** Most tables in each other that are told apart. */
const DEEPEST_TABLE = 20;

/** Codes of changes (MS-DOC 2.6.2, 2.6.3). */
const PARAGRAPHS: ReadonlyMap<number, Change<ParagraphLook>> = new Map<number, Change<ParagraphLook>>([
  [0x2416, (operand, { depth }) => ({ depth: operand[0] === 0 ? 0 : Math.max(1, depth) })],
  [0x6649, (operand) => ({ depth: Math.min(DEEPEST_TABLE, Math.max(0, operand.readInt32LE(0))) })],
  [0x2417, (operand) => ({ isRowEnd: isOn(operand) })],
  [0x244c, (operand) => ({ isRowEnd: isOn(operand) })],
  [0x244b, (operand) => ({ isCellEnd: isOn(operand) })],
  [0x2640, (operand) => ({ heading: numberOf(operand) > DEEPEST_HEADING ? 0 : numberOf(operand) + 1 })],
  [0x260a, (operand) => ({ level: numberOf(operand) })],
  [0x460b, (operand) => ({ list: operand.readInt16LE(0) })],
  [0x3404, (operand) => ({ isHeadRow: isOn(operand) })],
  [0xd608, (operand) => ({ row: operand })],
]);

export function changeCharacters(look: CharacterLook, list: Buffer): void {
  for (const { code, operand } of sprmsOf(list)) Object.assign(look, CHARACTERS.get(code)?.(operand, look));
}

/** Codes that name a list of changes in the stream of data. */
const ELSEWHERE: ReadonlySet<number> = new Set([0x6645, 0x6646]);

/** @param elsewhere the list at a place of the stream of data */
export function changeParagraph(
  look: ParagraphLook,
  list: Buffer,
  elsewhere: (place: number) => Buffer = () => Buffer.alloc(0),
): void {
  for (const { code, operand } of sprmsOf(list)) {
    if (ELSEWHERE.has(code)) changeParagraph(look, elsewhere(numberOf(operand)));
    else Object.assign(look, PARAGRAPHS.get(code)?.(operand, look));
  }
}
