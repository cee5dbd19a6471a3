import { FileError } from "../../../errors.ts";
import type { JsonObject } from "../../task.ts";
import { textOfBlocks } from "../docx/blocks.ts";
import { asJson } from "../docx/sides.ts";
import type { DocumentOptions } from "../options.ts";
import { countCharacters, countWords, cut } from "../words.ts";
import { formOf } from "./forms.ts";
import type { DocumentReading, Section } from "./reading.ts";
import { gridFields, type PlainTable, tableFields } from "./tables.ts";

/** Most links, notes and attachments that a result lists; of more their number is in `left_out`. */
const MOST_LISTED = 50_000;

/** Makes the fields of a result from a document that was read. @throws FileError `too_large` */
export function readingFields(reading: DocumentReading, options: DocumentOptions): JsonObject {
  const texts = reading.sections.map(textOf);
  const character_count = sum(texts.map(({ characters }) => characters)) + 2 * gapsOf(texts.length);
  const cutTables = within(tablesOf(reading.sections), options.max_characters);
  const listed = listsOf(reading);
  return {
    document_type: reading.document_type,
    media_type: reading.media_type,
    ...(reading.encoding === undefined ? {} : { encoding: reading.encoding }),
    text_content: cut(texts.map(({ text }) => text).join("\n\n"), options.max_characters),
    word_count: sum(texts.map(({ words }) => words)),
    character_count,
    truncated: character_count > options.max_characters,
    metadata: { ...NO_METADATA, ...reading.metadata },
    section_count: reading.sections.length,
    sections: sectionsOf(reading.sections, texts, options.max_characters),
    table_count: cutTables.count,
    tables: asJson(cutTables.tables),
    ...listed.fields,
    ...(reading.edges === undefined
      ? {}
      : { headers: asJson(reading.edges.headers), footers: asJson(reading.edges.footers) }),
    left_out: asJson([...(reading.left_out ?? []), ...listed.leftOut, ...cutTables.leftOut]),
    ...formOf(reading.sections, options),
  };
}

const NO_METADATA = {
  ...{ title: "", author: "", subject: "", creator: "", keywords: "", description: "", language: "" },
  ...{ created: null, modified: null },
};

interface SectionText {
  readonly text: string;
  readonly words: number;
  readonly characters: number;
}

function textOf({ parts }: Section): SectionText {
  const texts = parts.map((part): SectionText => {
    if (part.kind === "grid")
      return { text: part.text, words: part.word_count, characters: part.character_count };
    const text = textOfBlocks([part]);
    return { text, words: countWords(text), characters: countCharacters(text) };
  });
  return {
    text: texts.map(({ text }) => text).join("\n"),
    words: sum(texts.map(({ words }) => words)),
    characters: sum(texts.map(({ characters }) => characters)) + gapsOf(texts.length),
  };
}

function sectionsOf(
  sections: readonly Section[],
  texts: readonly SectionText[],
  limit: number,
): JsonObject[] {
  let left = limit;
  return sections.map(({ kind, title, hidden }, at) => {
    const { text = "", words = 0, characters = 0 } = texts[at] ?? {};
    const shown = cut(text, Math.max(0, left));
    left -= characters;
    const counts = { word_count: words, character_count: characters };
    return { number: at + 1, kind, title, hidden, text: shown, ...counts };
  });
}

/** Most tables of a document: each is written out with all of its rows. */
const MOST_TABLES = 50_000;

/** @throws FileError `too_large` */
function tablesOf(sections: readonly Section[]): PlainTable[] {
  const count = sum(sections.map(({ parts }) => parts.filter(({ kind }) => kind !== "paragraph").length));
  if (count > MOST_TABLES)
    throw new FileError(
      "too_large",
      `The document has more than ${MOST_TABLES} tables. This limit is fixed; split the document.`,
    );
  return sections.flatMap(({ parts, title, kind }, at) => {
    const place = { section: at + 1, name: kind === "sheet" ? title : "" };
    return parts.flatMap((part) => {
      if (part.kind === "paragraph") return [];
      return part.kind === "grid" ? [gridFields(part, place)] : tableFields(part, place);
    });
  });
}

/** Tables up to a number of characters; rows beyond it are counted, as are those that their reader left out. */
function within(tables: readonly PlainTable[], limit: number) {
  let left = limit;
  const shown = tables.map((table) => {
    const end = table.rows.findIndex((row) => {
      left -= row.reduce((length, cell) => length + cell.length + 1, 0);
      return left < 0;
    });
    if (end === -1) return table;
    return { ...table, rows: table.rows.slice(0, end), row_numbers: table.row_numbers.slice(0, end) };
  });
  const missing = sum(shown.map(({ row_count, rows }) => row_count - rows.length));
  const leftOut = missing === 0 ? [] : [{ kind: ROWS, count: missing }];
  return { count: tables.length, tables: shown, leftOut };
}

/** Kind in `left_out` of rows that `tables` lacks. */
export const ROWS = "row of a table";

function listsOf({ links = [], notes = [], attachments = [] }: DocumentReading) {
  const lists = { links, notes, attachments };
  const leftOut = Object.entries(lists).flatMap(([name, list]) =>
    list.length > MOST_LISTED ? [{ kind: name, count: list.length - MOST_LISTED }] : [],
  );
  const fields = Object.fromEntries(
    Object.entries(lists).map(([name, list]) => [name, asJson(list.slice(0, MOST_LISTED))]),
  );
  return { fields, leftOut };
}

function gapsOf(parts: number): number {
  return Math.max(0, parts - 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
