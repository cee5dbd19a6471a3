import { defineTask } from "../define.ts";
import { options } from "./options.ts";
import { columns, result } from "./result.ts";

/** Levels, loudness and spectrum of recordings: a WAV, AIFF, W64, CAF, FLAC or Ogg file in, one JSON result out. */
export const audio = defineTask({
  name: "audio",
  title: "Audio measurements",
  summary:
    "Takes WAV, AIFF, W64, CAF, FLAC, Opus and Vorbis recordings; gives duration, levels, loudness, spectrum and a waveform overview as JSON.",
  field: "audio_files",
  missingFiles: "No audio files provided",
  extensions: [
    ".wav",
    ".wave",
    ".bwf",
    ".rf64",
    ".aif",
    ".aiff",
    ".aifc",
    ".w64",
    ".caf",
    ".flac",
    ".opus",
    ".ogg",
    ".oga",
  ],
  options,
  columns,
  results: { audio: result },
  resultName: (stem) => `${stem}_audio_analysis.json`,
  reuse: () => "",
  steps: { main: { version: 6, together: 4 } },
  load: () => import("./process.ts"),
});
