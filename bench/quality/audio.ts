import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check, CorpusFile, Outcome, QualityCheck, QualityJob } from "./check.ts";

/** Largest difference allowed, in full scale 1. */
const TOLERANCE = 1e-4;

interface Reference {
  readonly ffprobe?: Reader;
  readonly sox?: Reader;
  readonly libsndfile?: Reader & { readonly frames?: number };
  readonly signal?: Signal;
}

interface Reader {
  readonly codec?: string;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly bitsPerSample?: number | string | null;
  readonly duration?: number | string | null;
}

interface Signal {
  readonly samplesPerChannel: number | null;
  readonly peak: number | null;
  readonly rmsAllSamples: number | null;
  readonly perChannel?: readonly Series[];
  readonly monoMix?: Series;
}

interface Series {
  readonly peak: number;
  readonly rms: number;
  readonly zeroCrossings: number;
  readonly mean?: number;
  readonly min?: number;
  readonly max?: number;
}

/** The fields of a result that are compared. */
interface Analysis {
  readonly duration_seconds: number | "unknown";
  readonly sample_rate: number | "unknown";
  readonly channels: number | "unknown";
  readonly bits_per_sample?: number;
  readonly encoding?: string;
  readonly decoded?: boolean;
  readonly truncated?: boolean;
  readonly frames?: number;
  readonly rms: number | null;
  readonly peak: number | null;
  readonly per_channel?: readonly Measured[];
  readonly mono_mix?: Measured;
}

interface Measured {
  readonly rms: number;
  readonly peak: number;
  readonly min: number;
  readonly max: number;
  readonly dc_offset: number;
  readonly zero_crossings: number;
}

interface Case {
  readonly file: CorpusFile;
  readonly outcome: Outcome;
  readonly reference: Reference;
}

export const check: QualityCheck = {
  task: "audio",
  folder: "audio",
  jobs: (files) => [{ options: {}, files }],
  score: async (jobs, outcomes, corpus) => {
    const cases = await casesOf(jobs, outcomes, corpus);
    const decoded = cases.map(decodedOf).filter((one) => one !== undefined);
    return [
      handled(cases),
      share("files whose rate and channels are exact", decoded, sameShape),
      share("files whose frame count and duration are exact", decoded, sameLength),
      share("files whose bits and encoding are exact", decoded, sameEncoding),
      share("files whose zero crossings are equal", decoded, sameCrossings),
      ...["rms", "peak", "dc_offset", "min", "max"].map((field) => worst(field, decoded)),
    ];
  },
};

interface Decoded {
  readonly name: string;
  readonly ours: Analysis;
  readonly reference: Reference;
  readonly signal: Signal;
}

async function casesOf(
  jobs: readonly QualityJob[],
  outcomes: readonly (readonly Outcome[])[],
  corpus: string,
) {
  const { files } = JSON.parse(await readFile(join(corpus, "expected.json"), "utf8")) as {
    files: Record<string, Reference>;
  };
  return jobs.flatMap((job, j) =>
    job.files.flatMap((file, i): Case[] => {
      const outcome = outcomes[j]?.[i];
      return outcome === undefined ? [] : [{ file, outcome, reference: files[file.file] ?? {} }];
    }),
  );
}

/** The files with samples that both the service and the reference decoded. */
function decodedOf({ file, outcome, reference }: Case): Decoded | undefined {
  const { signal } = reference;
  if (!outcome.ok || signal === undefined || signal.peak === null) return undefined;
  const ours = JSON.parse(outcome.body.toString("utf8")) as Analysis;
  return ours.decoded === true ? { name: file.file, ours, reference, signal } : undefined;
}

function handled(cases: readonly Case[]): Check {
  const wrong = cases.filter(
    ({ file, outcome }) => file.expect !== "either" && outcome.ok !== (file.expect === "ok"),
  );
  return {
    name: "files with the outcome that is expected",
    value: `${cases.length - wrong.length} of ${cases.length}`,
    target: "all",
    met: wrong.length === 0,
    ...noteOf(wrong.map(({ file }) => file.file)),
  };
}

function share(name: string, decoded: readonly Decoded[], same: (one: Decoded) => boolean): Check {
  const wrong = decoded.filter((one) => !same(one));
  const value = `${decoded.length - wrong.length} of ${decoded.length}`;
  return { name, value, target: "all", met: wrong.length === 0, ...noteOf(wrong.map((one) => one.name)) };
}

function sameShape({ ours, reference: { libsndfile, ffprobe } }: Decoded): boolean {
  const reader = libsndfile?.sampleRate === undefined ? ffprobe : libsndfile;
  return ours.sample_rate === reader?.sampleRate && ours.channels === reader?.channels;
}

function sameLength({ ours, signal }: Decoded): boolean {
  const frames = signal.samplesPerChannel ?? Number.NaN;
  return ours.frames === frames && ours.duration_seconds === frames / Number(ours.sample_rate);
}

/** ffprobe calls the samples of RIFX files little-endian, and does not read most of those files. */
function sameEncoding({ ours, reference: { ffprobe } }: Decoded): boolean {
  if (ffprobe?.codec === undefined) return true;
  const codec = ours.encoding?.replace("be", "le");
  return codec === ffprobe.codec && ours.bits_per_sample === Number(ffprobe.bitsPerSample);
}

function sameCrossings({ ours, signal }: Decoded): boolean {
  const channels = signal.perChannel ?? [];
  return (
    channels.every(({ zeroCrossings }, i) => ours.per_channel?.[i]?.zero_crossings === zeroCrossings) &&
    ours.mono_mix?.zero_crossings === signal.monoMix?.zeroCrossings
  );
}

/** The largest difference of one figure, over all files and their channels. */
function worst(field: string, decoded: readonly Decoded[]): Check {
  const differences = decoded.map((one) => ({ name: one.name, value: difference(field, one) }));
  const value = Math.max(0, ...differences.map((one) => one.value));
  const beyond = differences.filter((one) => !(one.value <= TOLERANCE)).map(({ name }) => name);
  const name = `largest difference of ${field}`;
  return { name, value, target: `<= ${TOLERANCE}`, met: beyond.length === 0, ...noteOf(beyond) };
}

function difference(field: string, { ours, signal }: Decoded): number {
  const theirs = field === "dc_offset" ? "mean" : (field as keyof Series);
  const channels = (signal.perChannel ?? []).map((channel, i) => {
    const measured = ours.per_channel?.[i]?.[field as keyof Measured];
    return Math.abs((measured ?? Number.NaN) - (channel[theirs] ?? Number.NaN));
  });
  const all = { rms: signal.rmsAllSamples, peak: signal.peak }[field];
  const together =
    all === undefined ? 0 : Math.abs((ours[field as "rms" | "peak"] ?? Number.NaN) - (all ?? Number.NaN));
  return [...channels, together].reduce((most, one) => Math.max(most, one), 0);
}

function noteOf(names: readonly string[]): { note?: string } {
  return names.length === 0 ? {} : { note: names.join(", ") };
}
