import type { JsonObject, StepFile } from "../../task.ts";
import { readBext } from "./bext.ts";
import type { Chunk, RiffFile } from "./chunks.ts";
import { readCues } from "./cues.ts";
import { Fields, subChunks } from "./fields.ts";

/** Most bytes of a metadata chunk that is read; longer ones (pictures, logs) are listed only. */
const MAX_CHUNK = 1 << 20;
const MAX_READ = 4 << 20;
/** Most chunks in the list of the result. */
const MAX_LISTED = 100;

/** Names of LIST/INFO entries in tag editors; other entries keep their four letters. */
const INFO_NAMES: Readonly<Record<string, string>> = {
  INAM: "title",
  IART: "artist",
  IPRD: "album",
  ICRD: "date",
  IGNR: "genre",
  ICMT: "comment",
  ISFT: "software",
  ICOP: "copyright",
  IENG: "engineer",
  ITCH: "technician",
  ISBJ: "subject",
  ISRC: "source",
  IKEY: "keywords",
  ITRK: "track",
  IPRT: "track",
  ILNG: "language",
};

interface Described {
  readonly riff: RiffFile;
  readonly texts?: Readonly<Record<string, string>>;
}

/** Reads the metadata of a WAV file: `LIST`/`INFO` texts, `bext`, cue points with labels, and the list of chunks. */
export async function readMetadata(
  file: StepFile,
  { riff, texts = {} }: Described,
  sampleRate: number,
): Promise<JsonObject> {
  const wanted = riff.chunks.filter(
    ({ id, bytes }) => ["LIST", "bext", "cue "].includes(id) && bytes <= MAX_CHUNK,
  );
  const chunks: { id: string; fields: Fields }[] = [];
  let read = 0;
  for (const { id, offset, bytes } of wanted) {
    read += bytes;
    if (read <= MAX_READ)
      chunks.push({ id, fields: new Fields(await file.slice(offset, bytes), riff.bigEndian) });
  }
  const lists = chunks.filter(({ id }) => id === "LIST").map(({ fields }) => fields);
  const only = (id: string) => chunks.find((chunk) => chunk.id === id)?.fields;
  const bext = only("bext");
  const cue = only("cue ");
  return {
    info: { ...infoOf(lists), ...texts },
    bext: bext === undefined ? null : readBext(bext),
    cue_points: cue === undefined ? [] : readCues(cue, lists, sampleRate),
    chunks: riff.chunks.slice(0, MAX_LISTED).map(listed),
  };
}

function infoOf(lists: readonly Fields[]): JsonObject {
  const entries = new Map<string, string>();
  for (const { id, fields } of lists
    .filter((list) => list.text(0, 4) === "INFO")
    .flatMap((list) => subChunks(list, 4))) {
    const name = INFO_NAMES[id] ?? id;
    const value = fields.text(0);
    if (value !== "" && !entries.has(name)) entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

function listed({ id, claimed }: Chunk): JsonObject {
  return { id, bytes: claimed };
}
