import type { StepFile } from "../../task.ts";
import { readFlac } from "../flac/read.ts";
import { readOgg } from "../ogg/read.ts";
import { beginningOf, tagBytes } from "../wav/chunks.ts";
import { readWav, type Wav } from "../wav/read.ts";
import { readAiff } from "./aiff.ts";
import { readCaf } from "./caf.ts";
import { readW64 } from "./w64.ts";

const W64 = "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0";

/** Reads the head of a recording whose container is known by its first bytes; undefined for others. @throws FileError `corrupt_file`, `too_large` */
export async function readContainer(file: StepFile): Promise<Wav | undefined> {
  const head = (await file.slice(0, 16)).toString("latin1");
  const form = head.slice(8, 12);
  if (head.startsWith("FORM") && (form === "AIFF" || form === "AIFC")) return await readAiff(file, form);
  if (head === W64) return await readW64(file);
  if (head.startsWith("caff\0\x01")) return await readCaf(file);
  if (head.startsWith("OggS")) return await readOgg(file);
  const start = tagBytes(await file.slice(0, 10));
  if ((await file.slice(start, 4)).toString("latin1") === "fLaC") return await readFlac(file, start);
  const beginning = await beginningOf(file);
  return beginning === undefined ? undefined : await readWav(file, beginning);
}
