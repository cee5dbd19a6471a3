import { PdfParser, PdfSyntaxError } from "./parser.ts";
import { streamData } from "./streams.ts";
import { dictOf, objectAt, type PdfObjectPlace, type PdfTables, streamAt } from "./tables.ts";
import { numberOf, type PdfDictionary, type PdfValue, written } from "./values.ts";

/** Finds the objects of a PDF without tables, or with wrong ones: the last one of a number counts. @throws PdfSyntaxError */
export function rebuiltTables(bytes: Buffer): PdfTables {
  const found = [...objectsIn(bytes)];
  const inside = ofType(found, "/ObjStm").flatMap(({ id, at }) =>
    idsInside(bytes, at).map((own, nth) => [own, { stream: id, nth }] as const),
  );
  const places = new Map<number, PdfObjectPlace>(inside);
  for (const { id, at } of found) places.set(id, { offset: at });
  const catalogs = ofType(found, "/Catalog").map(({ id }) => trailerOf(id));
  const tables = ofType(found, "/XRef").flatMap(({ dict }) => dict ?? []);
  const told = [...tables, ...trailersIn(bytes)].filter(({ entries }) => entries.has("Root"));
  const trailer = told.at(-1) ?? catalogs.at(-1);
  if (trailer === undefined) throw new PdfSyntaxError("no table and no catalog");
  return { places, trailer, start: undefined, isStream: true };
}

function ofType(found: readonly FoundObject[], type: string): FoundObject[] {
  return found.filter(({ dict }) => {
    const own = dict?.entries.get("Type");
    return own !== undefined && written(own) === type;
  });
}

function trailerOf(id: number): PdfDictionary {
  return { kind: "dict", entries: new Map([["Root", { kind: "reference", id, generation: 0 }]]) };
}

interface FoundObject {
  readonly id: number;
  readonly at: number;
  readonly dict: PdfDictionary | undefined;
}

function* objectsIn(bytes: Buffer): Generator<FoundObject> {
  for (let end = bytes.indexOf("obj"); end !== -1; end = bytes.indexOf("obj", end + 3)) {
    const before = bytes.toString("latin1", Math.max(0, end - 24), end);
    const head = /(?:^|[^\d])(\d{1,10}\s+\d{1,5}\s+)$/.exec(before);
    if (head?.[1] === undefined) continue;
    const at = end - head[1].length;
    yield { id: Number.parseInt(head[1], 10), at, dict: dictAt(bytes, at) };
  }
}

function dictAt(bytes: Buffer, at: number): PdfDictionary | undefined {
  const value = tried(() => objectAt(bytes, at).value);
  return value?.kind === "dict" ? value : undefined;
}

function idsInside(bytes: Buffer, at: number): number[] {
  const ids = tried(() => {
    const { dict, data } = streamAt(bytes, at);
    const plain = streamData(dict, data);
    const parser = new PdfParser(plain);
    const count = Math.min(numberOf(dict.entries.get("N")) ?? 0, plain.length);
    return Array.from({ length: count }, () => {
      const id = Number(parser.word());
      parser.word();
      return id;
    });
  });
  return ids ?? [];
}

function trailersIn(bytes: Buffer): PdfDictionary[] {
  const found: PdfDictionary[] = [];
  for (let at = bytes.indexOf("trailer"); at !== -1; at = bytes.indexOf("trailer", at + 7)) {
    const value = tried((): PdfValue => dictOf(new PdfParser(bytes, at + 7).value()));
    if (value?.kind === "dict") found.push(value);
  }
  return found;
}

/** Undefined where the bytes only look like an object. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PdfSyntaxError) return undefined;
    throw error;
  }
}
