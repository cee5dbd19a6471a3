import type { TaskDefinition } from "../task.ts";
import { type AudioOptions, options, SCHEMA_VERSION } from "./options.ts";

/** Levels, loudness and spectrum of recordings: a WAV file in, one JSON result out. */
export const audio: TaskDefinition<AudioOptions> = {
  name: "audio",
  title: "Audio measurements",
  summary:
    "Takes WAV recordings; gives duration, levels, loudness, spectrum and a waveform overview as JSON.",
  field: "audio_files",
  dataKey: "audio_data",
  missingFiles: "No audio files provided",
  extensions: [".wav", ".wave", ".bwf", ".rf64"],
  options,
  resultName: (stem) => `${stem}_audio_analysis.json`,
  resultType: () => "application/json",
  schemaVersion: SCHEMA_VERSION,
  steps: { main: { version: 1 } },
  mainStep: "main",
  load: () => import("./process.ts"),
};
