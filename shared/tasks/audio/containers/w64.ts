import type { StepFile } from "../../task.ts";
import { readFormat } from "../wav/format.ts";
import type { Wav } from "../wav/read.ts";
import { needed, samplesIn } from "./samples.ts";
import { chunksFrom } from "./walk.ts";

/** Bytes of an id and of the length of a chunk, which counts them. */
const HEAD = 24;
const LONGEST_FORMAT = 4_096;

/** Reads the head of a file of Sony Wave64: WAV with ids of 16 bytes and lengths of 64 bits. @throws FileError `corrupt_file`, `too_large` */
export async function readW64(file: StepFile): Promise<Wav> {
  const chunks = await chunksFrom(file, 40, {
    head: HEAD,
    align: 8,
    read: (head) => ({
      // The first four bytes of an id are its letters.
      id: head.toString("latin1", 0, 4),
      bytes: Number(head.readBigUInt64LE(16)) - HEAD,
    }),
  });
  const fmt = needed(
    chunks.find(({ id }) => id === "fmt "),
    "chunk fmt",
    14,
  );
  const format = readFormat(await file.slice(fmt.offset, Math.min(fmt.bytes, LONGEST_FORMAT)), false);
  const data = samplesIn(
    chunks.find(({ id }) => id === "data"),
    { before: 0, container: "W64" },
  );
  const fact = chunks.find(({ id, bytes }) => id === "fact" && bytes >= 8);
  return {
    riff: { container: "W64", bigEndian: false, chunks, streamed: false },
    format,
    data,
    truncated: data.bytes < data.claimed,
    factFrames:
      fact === undefined ? undefined : Number((await file.slice(fact.offset, 8)).readBigUInt64LE(0)),
  };
}
