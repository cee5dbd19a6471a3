import { join } from "node:path";
import { prose } from "./prose.ts";
import { RIVALS, type Rival, recordings } from "./rivals.ts";

const VADER = join(import.meta.dirname, "files/vader.py");

const wav = { task: "audio", field: "audio_files", files: 20, make: recordings };
const none = { levels: false, silence: false, spectrum: false, loudness: false, waveform_points: 0 };

/** Tools that do a part of what a step does, and the step alone with the options for that part where it has some. */
export const STEP_RIVALS: readonly Rival[] = [
  {
    tool: "python3",
    needs: "python3 -c 'import vaderSentiment.vaderSentiment'",
    task: "text",
    field: "texts",
    options: {},
    files: 4,
    make: prose,
    name: "texts of 1 MB, VADER's own program",
    command: async () => `python3 ${VADER} {} >out/{/}.txt`,
    note: "VADER of each line only; here of each sentence, beside all else that the task gives",
  },
  {
    ...wav,
    tool: "ffmpeg",
    options: { ...none, loudness: true },
    name: "WAVs of 4 MiB, loudness and true peak, ffmpeg ebur128=peak=true",
    command: async () =>
      "ffmpeg -nostdin -threads 1 -i {} -af ebur128=peak=true:framelog=verbose -f null - 2>out/{/}.txt",
    note: "the same measures",
  },
  {
    ...wav,
    tool: "sox",
    options: { ...none, levels: true },
    name: "WAVs of 4 MiB, levels, sox stats",
    command: async () => "sox {} -n stats 2>out/{/}.txt",
    note: "the same kind of measures",
  },
  ...RIVALS.filter(({ tool }) => ["pdftotext", "pandoc"].includes(tool)),
];
