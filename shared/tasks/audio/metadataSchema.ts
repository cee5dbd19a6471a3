import { z } from "zod";
import { count } from "../fields.ts";

const level = z.number().nullable();

const loudness = z.object({
  integrated_lufs: level.describe("Integrated loudness, in LUFS."),
  range_lu: level.describe("Loudness range, in LU."),
  true_peak_dbtp: level.describe("True peak, in dBTP."),
  momentary_max_lufs: level.describe("Highest momentary loudness, in LUFS."),
  short_term_max_lufs: level.describe("Highest short-term loudness, in LUFS."),
});

const bext = z.object({
  description: z.string().describe("Description of the recording."),
  originator: z.string().describe("Name of its maker."),
  originator_reference: z.string().describe("Reference of its maker."),
  origination_date: z.string().describe("Date of the recording, yyyy-mm-dd."),
  origination_time: z.string().describe("Time of the recording, hh:mm:ss."),
  time_reference: count.describe("Frames from midnight to the first sample."),
  version: count.describe("Version of the extension."),
  umid: z.string().nullable().describe("SMPTE UMID in hex; null without one."),
  loudness: loudness.nullable().describe("Loudness as stored, from version 2 on."),
  coding_history: z.string().describe("Coding history."),
});

const cuePoint = z.object({
  id: count.describe("Id of the point."),
  position_frames: count.describe("Position in frames."),
  position_seconds: z.number().describe("Position in seconds."),
  length_seconds: z.number().describe("Length of its region in seconds; 0 for a point."),
  label: z.string().nullable().describe("Its label."),
  note: z.string().nullable().describe("Its note."),
});

const chunk = z.object({
  id: z.string().describe("Four letters."),
  bytes: count.describe("Size as the file says, in bytes."),
});

/** Metadata of a WAV file. */
export const metadata = z
  .object({
    info: z.record(z.string(), z.string()).describe("Texts of LIST/INFO by their names."),
    bext: bext.nullable().describe("Broadcast extension (EBU Tech 3285); null without one."),
    cue_points: z.array(cuePoint).describe("Cue points, at most 1,000."),
    chunks: z.array(chunk).describe("Chunks of the file, at most 100."),
  })
  .describe("Metadata of the file.");
