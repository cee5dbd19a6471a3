import { FileError } from "../../errors.ts";
import type { StepWarning } from "../../warnings.ts";
import type { JsonObject, StepFile } from "../task.ts";
import { fileTypeOf } from "./fileType.ts";
import { MP3_PACKAGE } from "./mp3/library.ts";

const LONGEST_MAGIC = 16;

/** Formats that file-type does not know, by their first bytes in Latin-1. */
const OTHERS = [{ magic: ".snd", ext: "au", mime: "audio/basic" }] as const;

/** What a recording is found to be. */
export interface DescribedRecording {
  readonly fields: JsonObject;
  readonly summary: string;
  readonly warnings?: readonly StepWarning[];
}

const NOT_DECODED: StepWarning = {
  code: "not_decoded",
  message:
    "The format of the recording is not decoded: the result has its name and size only. `warnings` of the result says how to have it measured.",
};

/**
 * Result for a recording of a format that is not decoded (MP3, AAC, …): the fields that classic clients know, and the name of the
 * format.
 * @throws FileError `corrupt_file` for a WAV file that ends in its header, `wrong_type` for files without audio.
 */
export async function describeForeign(file: StepFile): Promise<DescribedRecording> {
  const head = await file.slice(0, LONGEST_MAGIC);
  if (/^(RIFF|RIFX|RF64|BW64)/.test(head.toString("latin1", 0, 4)) && head.length < 12) {
    throw new FileError("corrupt_file", "The WAV file ends inside its header.");
  }
  const type = (await fileTypeOf(file)) ?? otherType(head);
  const name = type?.ext ?? "unknown";
  if (type === undefined || !type.mime.startsWith("audio/")) throw wrongType(type?.mime);
  const fields = {
    duration_seconds: "unknown",
    sample_rate: "unknown",
    channels: "unknown",
    file_size_bytes: file.bytes,
    format: "non-wav",
    detected_format: name,
    media_type: type.mime,
    warnings: [howToMeasure(name)],
  };
  return {
    fields,
    summary: `${name.toUpperCase()} recording, not decoded (WAV, AIFF, W64, CAF, FLAC, Opus and Vorbis are)`,
    warnings: [NOT_DECODED],
  };
}

function howToMeasure(name: string): string {
  const convert = "convert the file to WAV or FLAC to have it measured";
  if (name !== "mp3") return `${name.toUpperCase()} is not decoded: ${convert}.`;
  return `MP3 is decoded by slaves with the optional package ${MP3_PACKAGE}, which this one has not: its owner may run \`npm install --no-save ${MP3_PACKAGE}\` (it contains libmpg123, LGPL-2.1); or else ${convert}.`;
}

function otherType(head: Buffer): (typeof OTHERS)[number] | undefined {
  const start = head.toString("latin1", 0, 8);
  return OTHERS.find(({ magic }) => start.startsWith(magic));
}

function wrongType(mime: string | undefined): FileError {
  const what = mime === undefined ? "is not a recording of a known format" : `is not a recording but ${mime}`;
  return new FileError(
    "wrong_type",
    `The file ${what}. Send WAV, AIFF, W64, CAF, FLAC, Opus or Vorbis files.`,
  );
}
